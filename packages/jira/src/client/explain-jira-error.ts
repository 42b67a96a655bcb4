import {
  ForbiddenError,
  HitlError,
  InvalidInputError,
  NotFoundError,
  UnauthenticatedError,
  UnavailableError,
} from '@hitl/core';
import { JiraRequestError } from './jira-request-error.ts';
import { readJiraMessages } from './read-jira-messages.ts';

/** Turns what went wrong with Jira into the error that the caller gets: one line, what was being done, what would help. */
export function explainJiraError(error: unknown, doing: string): unknown {
  if (error instanceof HitlError) return error;
  if (!(error instanceof JiraRequestError)) return error;
  const details = {
    ...(error.status === undefined ? {} : { jira_status: error.status }),
    ...(error.traceId === undefined ? {} : { upstream_request_id: error.traceId }),
    ...rateLimitDetails(error),
    ...(error.effect === 'unknown' ? { outcome: 'unknown' } : {}),
  };
  const options = { cause: error, details };
  switch (error.status) {
    case 400:
      return new InvalidInputError(`${doing}: ${error.message}`, {
        ...options,
        errors: readJiraMessages(error.body),
      });
    case 401:
      return new UnauthenticatedError(
        `${doing}: Jira refused the credentials (401); check JIRA_EMAIL and JIRA_API_TOKEN`,
        options,
      );
    case 403:
      return new ForbiddenError(
        'forbidden',
        `${doing}: the Jira account may not do that. ${error.message}`,
        options,
      );
    case 404:
      return new NotFoundError(`${doing}: ${error.message}`, options);
    case 429:
      return new UnavailableError(
        `${doing}: Jira's rate limit is hit${error.rateLimitReason === undefined ? '' : ` (${error.rateLimitReason})`}${
          error.retryAfterMs === undefined ? '' : `; come back in ${Math.ceil(error.retryAfterMs / 1000)} s`
        }`,
        options,
      );
    default:
      return new UnavailableError(`${doing}: ${error.message}`, options);
  }
}

export function rateLimitDetails(error: JiraRequestError): {
  rate_limit_reason?: string;
  retry_after_seconds?: number;
} {
  return {
    ...(error.rateLimitReason === undefined ? {} : { rate_limit_reason: error.rateLimitReason }),
    ...(error.retryAfterMs === undefined
      ? {}
      : { retry_after_seconds: Math.ceil(error.retryAfterMs / 1000) }),
  };
}
