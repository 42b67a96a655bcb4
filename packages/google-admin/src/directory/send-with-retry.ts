import { UnavailableError } from '@hitl/core';
import { CutOffError } from './cut-off-error.ts';
import type { GoogleRequestError } from './google-request-error.ts';
import { isRetryable } from './is-retryable.ts';
import { readRequestError } from './read-request-error.ts';

export interface RetryPolicy {
  readonly maxAttempts: number;
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
}

export interface Pacing {
  readonly retry: RetryPolicy;
  readonly requestTimeoutMs: number;
  /** Rejects when the signal is aborted. */
  readonly sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  /** 0 ≤ x < 1. */
  readonly random: () => number;
}

/** Half of the exponential step is fixed, half is random, so that many callers do not come back together. */
export function backoffMs(attempt: number, pacing: Pacing, error?: GoogleRequestError): number {
  const step = Math.min(pacing.retry.maxDelayMs, pacing.retry.baseDelayMs * 2 ** (attempt - 1));
  return Math.max(error?.retryAfterMs ?? 0, step / 2 + (pacing.random() * step) / 2);
}

/** One exchange within the request time limit. @throws GoogleRequestError, or when the caller gave up UnavailableError (`CutOffError` once it was sent). */
export async function sendOnce<T>(
  send: (signal: AbortSignal) => Promise<T>,
  signal: AbortSignal,
  pacing: Pacing,
): Promise<T> {
  throwIfCancelled(signal);
  const limit = AbortSignal.any([signal, AbortSignal.timeout(pacing.requestTimeoutMs)]);
  try {
    // Raced: the library first waits for a token, and that request does not listen to this signal.
    return await Promise.race([send(limit), rejectOnAbort(limit)]);
  } catch (thrown) {
    if (signal.aborted) throw new CutOffError('the call was cancelled', { cause: signal.reason });
    throw readRequestError(thrown);
  }
}

/**
 * Sends again while Google says "not now". For requests that may be repeated: reads, and writes of absolute values.
 * @throws GoogleRequestError the last one
 */
export async function sendWithRetry<T>(
  send: (signal: AbortSignal) => Promise<T>,
  signal: AbortSignal,
  pacing: Pacing,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await sendOnce(send, signal, pacing);
    } catch (error) {
      const failure = error instanceof UnavailableError ? undefined : readRequestError(error);
      if (failure === undefined || !isRetryable(failure) || attempt >= pacing.retry.maxAttempts) throw error;
      await pause(backoffMs(attempt, pacing, failure), signal, pacing);
    }
  }
}

export async function pause(ms: number, signal: AbortSignal, pacing: Pacing): Promise<void> {
  try {
    await pacing.sleep(ms, signal);
  } catch (error) {
    throwIfCancelled(signal);
    throw error;
  }
}

function throwIfCancelled(signal: AbortSignal): void {
  if (signal.aborted) throw new UnavailableError('the call was cancelled', { cause: signal.reason });
}

function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    const abort = () => reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
  });
}
