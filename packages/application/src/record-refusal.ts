import { ForbiddenError, type HitlError, refusalsStream } from '@hitl/core';
import { appendSystemEntry } from './append-system-entry.ts';
import type { ApplicationDeps } from './application-deps.ts';
import type { Caller } from './caller.ts';
import { retryOnConflict } from './retry-on-conflict.ts';

type RefusalDeps = Pick<ApplicationDeps, 'log' | 'clock' | 'logger'>;

/**
 * Puts a refusal that belongs to no run's or grant's own stream on the record (`refusals`, `request-refused`). Never throws: the
 * caller is refused either way, and must be told why rather than that the record could not be written.
 */
export async function recordRefusal(
  deps: RefusalDeps,
  caller: Pick<Caller, 'id' | 'channel'>,
  refusal: HitlError,
): Promise<void> {
  const { code, message: detail } = refusal;
  try {
    await retryOnConflict(() =>
      appendSystemEntry(deps, refusalsStream, caller.id, 'request-refused', {
        principal_id: caller.id,
        channel: caller.channel,
        code,
        detail,
      }),
    );
  } catch (error) {
    deps.logger.error('a refusal could not be recorded', {
      principal_id: caller.id,
      code,
      error: String(error),
    });
  }
}

/** Runs one act of a caller; where it is forbidden, the refusal is on the record before the caller hears of it. */
export async function recordingRefusals<T>(
  deps: RefusalDeps,
  caller: Pick<Caller, 'id' | 'channel'>,
  act: () => Promise<T>,
): Promise<T> {
  try {
    return await act();
  } catch (error) {
    if (error instanceof ForbiddenError) await recordRefusal(deps, caller, error);
    throw error;
  }
}
