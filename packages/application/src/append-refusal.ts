import type { RunEvent, RunState } from '@hitl/core';
import type { ApplicationDeps } from './application-deps.ts';

/**
 * Refusals that a run's own record takes. Somebody who is refused again and again must not make the record of a run so long
 * that nobody can work with it; what comes after these is in the log.
 */
const maxRefusals = 200;

/** Puts a refused vote or edit on the run's record. @throws SequenceConflictError when somebody else wrote first. */
export async function appendRefusal(
  deps: Pick<ApplicationDeps, 'repository' | 'logger'>,
  run: RunState,
  event: Extract<RunEvent, { type: 'vote-refused' | 'edit-refused' }>,
  actor: string,
): Promise<RunState> {
  if ((run.refusals ?? 0) < maxRefusals) return deps.repository.append(run, event, actor);
  const { approval_id, principal_id, code } = event.data;
  deps.logger.warn('refused, and not recorded any more', { approval_id, principal_id, code });
  return run;
}
