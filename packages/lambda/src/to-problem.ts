import { STATUS_CODES } from 'node:http';
import { type FieldError, HitlError, redactSecrets } from '@hitl/core';
import { z } from 'zod';
import { toInvalidInput } from './to-invalid-input.ts';

/** RFC 9457 `application/problem+json`. */
export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  /** Stable and machine-readable. */
  readonly code: string;
  readonly detail: string;
  readonly errors: readonly FieldError[];
  readonly request_id: string;
  readonly details?: Readonly<Record<string, unknown>>;
}

/** What a caller may know of a failure on our side; the log has the rest under the same request id. */
const serverDetails: Readonly<Record<number, string>> = {
  503: 'Something that this service depends on does not answer now. Try again in a moment.',
};

/**
 * Any thrown value as an HTTP status and body. Errors of the caller (4xx) are told in full, without secrets; of errors on our
 * side (5xx) nothing is told but the code and the request id.
 */
export function toProblem(
  error: unknown,
  requestId: string,
): { readonly status: number; readonly body: Problem } {
  const known = error instanceof z.ZodError ? toInvalidInput(error) : error;
  const isKnown = known instanceof HitlError;
  const status = isKnown ? known.status : 500;
  const code = isKnown ? known.code : 'internal';
  const frame = { type: `urn:hitl-mcp:error:${code}`, title: STATUS_CODES[status] ?? 'Error', status, code };
  if (!isKnown || status >= 500) {
    const detail =
      serverDetails[status] ??
      'The request failed on our side; the log has the details under this request id.';
    return { status, body: { ...frame, detail, errors: [], request_id: requestId } };
  }
  const told = redactSecrets({ detail: known.message, errors: known.errors, details: known.details });
  return {
    status,
    body: {
      ...frame,
      detail: told.detail,
      errors: told.errors,
      request_id: requestId,
      ...(Object.keys(told.details).length === 0 ? {} : { details: told.details }),
    },
  };
}
