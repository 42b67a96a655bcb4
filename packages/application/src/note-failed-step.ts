import { HitlError, isFinished, type RunEvent, type RunState, redactText } from '@hitl/core';
import type { ApplicationDeps } from './application-deps.ts';
import { retryOnConflict } from './retry-on-conflict.ts';

/** Steps in a row that may break before the run is given up. */
const maxFailedSteps = 3;

type NoteDeps = Pick<ApplicationDeps, 'repository' | 'logger'>;

/**
 * Puts a step that broke on the record, and ends the run when too many broke in a row: a run that can't go on must be seen to
 * have failed, not be tried for ever. Returns the run if this ended it. Never throws.
 */
export async function noteFailedStep(
  deps: NoteDeps,
  runId: string,
  error: unknown,
): Promise<RunState | undefined> {
  deps.logger.error('a step broke', { run_id: runId, error });
  try {
    return await retryOnConflict(() => noteOnce(deps, runId, describe(error)));
  } catch (failure) {
    // A record that does not fold takes nothing more: its run stays as it is, and the log names it.
    deps.logger.error('a step that broke could not be recorded', { run_id: runId, error: String(failure) });
    return undefined;
  }
}

async function noteOnce(
  deps: NoteDeps,
  runId: string,
  error: { readonly code: string; readonly message: string },
): Promise<RunState | undefined> {
  let run = await deps.repository.load(runId);
  if (run === undefined || isFinished(run)) return undefined;
  const append = async (event: RunEvent): Promise<void> => {
    if (run !== undefined) run = await deps.repository.append(run, event, 'system');
  };
  if ((run.failed_steps ?? 0) < maxFailedSteps) await append({ type: 'step-failed', data: { error } });
  if ((run.failed_steps ?? 0) < maxFailedSteps) return undefined;
  for (const { call_id, status } of run.calls.values()) {
    const reason = 'the run was given up while it was being called';
    if (status === 'executing') await append({ type: 'execution-unknown', data: { call_id, reason } });
  }
  for (const { approval_id, status } of run.approvals.values()) {
    if (status !== 'pending') continue;
    await append({ type: 'approval-decided', data: { approval_id, status: 'superseded', by: [] } });
  }
  const message = `The run could not go on: ${error.message}`;
  await append({
    type: 'run-finished',
    data: { status: 'failed', output: message, error: { code: 'step_failed', message } },
  });
  return run;
}

/** Only our own errors are written for people; what others throw may say anything. */
function describe(error: unknown): { code: string; message: string } {
  if (!(error instanceof HitlError))
    return { code: 'internal', message: 'an internal error; the log names it' };
  return { code: error.code, message: redactText(error.message.toWellFormed()).slice(0, 500).toWellFormed() };
}
