import { type HitlError, OutcomeUnknownError, redactText, UnavailableError } from '@hitl/core';
import {
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
} from '@slack/web-api';
import { SlackRefusedError } from '../call/slack-refused-error.ts';
import { SlackBusyError } from './slack-busy-error.ts';

/** Slack's own words for "something broke on our side": it may have happened or not. */
const unclear = new Set(['internal_error', 'fatal_error', 'service_unavailable', 'request_timeout']);
/** The connection was never there. */
const neverSent = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'UND_ERR_CONNECT_TIMEOUT',
  'EHOSTUNREACH',
]);

/**
 * What a failed call means for the caller. The library's own errors are not kept as a cause: they may hold what was sent.
 * `isRepeatable`: doing it twice is doing it once, so not knowing is no harm.
 */
export function mapSlackError(method: string, error: unknown, isRepeatable: boolean): HitlError {
  const unknown = (what: string): HitlError =>
    isRepeatable
      ? new UnavailableError(`Slack gave no answer to ${method}: ${what}`)
      : new OutcomeUnknownError(`Slack gave no answer to ${method}, which may have happened: ${what}`);
  if (error instanceof WebAPIRateLimitedError) return new SlackBusyError(method, error.retryAfter * 1000);
  if (error instanceof WebAPIPlatformError) {
    const reason = String(error.data.error);
    if (reason === 'ratelimited' || reason === 'rate_limited')
      return new SlackBusyError(method, unspecifiedWaitMs);
    return unclear.has(reason)
      ? unknown(reason)
      : new SlackRefusedError(method, redactText(reason).slice(0, 200));
  }
  if (error instanceof WebAPIHTTPError)
    return error.statusCode >= 500
      ? unknown(`status ${error.statusCode}`)
      : new SlackRefusedError(method, `http_${error.statusCode}`);
  if (error instanceof WebAPIRequestError) {
    const code = codeOf(error.original);
    if (code !== undefined && neverSent.has(code))
      return new UnavailableError(`Slack can't be reached (${code})`);
    return unknown(code ?? error.original.name);
  }
  // A 429 without a Retry-After that can be read is a plain error of the library.
  if (error instanceof Error && error.message.startsWith('Retry header'))
    return new SlackBusyError(method, unspecifiedWaitMs);
  return unknown(error instanceof Error ? error.name : 'not an error');
}

const unspecifiedWaitMs = 30_000;

function codeOf(error: unknown): string | undefined {
  let at = error;
  while (at !== null && typeof at === 'object') {
    if ('code' in at && typeof at.code === 'string') return at.code;
    at = 'cause' in at ? at.cause : undefined;
  }
  return undefined;
}
