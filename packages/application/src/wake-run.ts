import type { ApplicationDeps } from './application-deps.ts';

/**
 * Tells the workflow that a decision stands. A failure is logged and no more: the decision is in the record, and the sweep
 * wakes the run again.
 */
export async function wakeRun(
  deps: Pick<ApplicationDeps, 'workflow' | 'logger'>,
  runId: string,
): Promise<void> {
  try {
    await deps.workflow.wake(runId);
  } catch (error) {
    deps.logger.error('could not wake the run; the sweep will', { run_id: runId, error: String(error) });
  }
}
