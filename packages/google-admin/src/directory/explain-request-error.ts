import {
  ConflictError,
  ForbiddenError,
  type HitlError,
  InvalidInputError,
  NotFoundError,
  UnauthenticatedError,
  UnavailableError,
} from '@hitl/core';
import type { GoogleRequestError } from './google-request-error.ts';
import { isRetryable } from './is-retryable.ts';

/** What the caller is told. `what` names the thing asked for, e.g. `user jane@example.com`. */
export function explainRequestError(error: GoogleRequestError, what: string): HitlError {
  const details = {
    ...(error.status === undefined ? {} : { google_status: error.status }),
    ...(error.reason === undefined ? {} : { google_reason: error.reason }),
  };
  const options = { cause: error, details };
  if (isRetryable(error)) return new UnavailableError(`Google did not do it now: ${error.message}`, options);
  if (error.isOAuth) {
    const hint =
      error.reason === 'unauthorized_client'
        ? ' (grant the service account domain-wide delegation for the Directory scopes)'
        : '';
    return new UnauthenticatedError(`Google refused the credentials: ${error.message}${hint}`, options);
  }
  switch (error.status) {
    case 401:
      return new UnauthenticatedError(`Google does not accept the credentials: ${error.message}`, options);
    case 403:
      return new ForbiddenError('forbidden', `Google does not permit it: ${error.message}`, options);
    case 404:
      return new NotFoundError(`there is no ${what} in the directory`, options);
    case 409:
      return new ConflictError('conflict', `Google reports a conflict on ${what}: ${error.message}`, options);
    default:
      return new InvalidInputError(`Google refused the request for ${what}: ${error.message}`, options);
  }
}
