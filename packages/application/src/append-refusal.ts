import { type RunEvent, type RunState, runRefusalsStream } from '@hitl/core';
import { appendSystemEntry } from './append-system-entry.ts';
import type { ApplicationDeps } from './application-deps.ts';
import type { Caller } from './caller.ts';
import { retryOnConflict } from './retry-on-conflict.ts';

/**
 * Refusals that a run's own stream takes. Somebody who is refused again and again must not make the stream so long that nobody can
 * work with the run; what comes after these stands in a stream beside it, which nothing is decided on.
 */
const maxRefusals = 200;

/** Puts a refused vote or edit on the record. @throws SequenceConflictError when somebody else wrote to the run first. */
export async function appendRefusal(
  deps: Pick<ApplicationDeps, 'repository' | 'log' | 'clock'>,
  run: RunState,
  event: Extract<RunEvent, { type: 'vote-refused' | 'edit-refused' }>,
  caller: Pick<Caller, 'id' | 'channel'>,
): Promise<RunState> {
  if ((run.refusals ?? 0) < maxRefusals) return deps.repository.append(run, event, caller.id);
  const { approval_id, principal_id, code, detail } = event.data;
  await retryOnConflict(() =>
    appendSystemEntry(deps, runRefusalsStream(run.run_id), caller.id, 'request-refused', {
      principal_id,
      channel: caller.channel,
      code,
      detail: `${approval_id}: ${detail}`,
    }),
  );
  return run;
}
