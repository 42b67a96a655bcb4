import type { GoogleRequestError } from './google-request-error.ts';

/** 403 means "not now" for these reasons and "never" for all others, so the status alone can't decide. */
const waitReasons = new Set([
  'userRateLimitExceeded',
  'rateLimitExceeded',
  'quotaExceeded',
  'backendError',
  'internalError',
  // "User creation is not complete": changes right after a creation.
  'conditionNotMet',
]);

/** Whether the same request may succeed after a wait. */
export function isRetryable(error: GoogleRequestError): boolean {
  if (error.status === undefined) return true;
  if (error.status === 429 || error.status >= 500) return true;
  return error.reason !== undefined && waitReasons.has(error.reason);
}
