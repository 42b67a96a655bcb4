import { HitlError } from '@hitl/core';
import { APICallError, RetryError } from 'ai';

/** The model gave no usable answer. The message is for people: no address, no key, no vendor text. */
export class ModelFailure extends HitlError {
  override readonly code: string = 'model_unavailable';
  override readonly status: number = 503;
  override readonly isRetryable: boolean = true;
}

export function toModelFailure(modelId: string, error: unknown): ModelFailure {
  return new ModelFailure(`The model ${modelId} ${describe(error)}.`, { cause: error });
}

function describe(error: unknown): string {
  if (RetryError.isInstance(error))
    return `${describe(error.lastError)}, after ${error.errors.length} attempts`;
  if (!APICallError.isInstance(error))
    return hasNetworkCause(error) ? 'could not be reached' : 'gave no usable answer';
  const { statusCode } = error;
  if (statusCode === undefined) return 'could not be reached';
  if (statusCode === 429) return 'is limiting the rate of requests';
  if (statusCode === 401 || statusCode === 403) return 'refused our credentials';
  if (statusCode === 404) return 'does not exist there or is not available to us';
  if (statusCode >= 500) return `is failing (HTTP ${statusCode})`;
  return `refused the request (HTTP ${statusCode})`;
}

/** A refused, reset or unresolved connection anywhere among the causes. */
function hasNetworkCause(error: unknown): boolean {
  for (let at = error, depth = 0; typeof at === 'object' && at !== null && depth < 8; depth += 1) {
    const { code, cause } = at as { code?: unknown; cause?: unknown };
    if (typeof code === 'string' && /^(?:E[A-Z]{4,}|UND_ERR_\w+)$/.test(code)) return true;
    at = cause;
  }
  return false;
}
