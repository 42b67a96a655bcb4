import { isFinished, type RunStatus, runStream } from '@hitl/core';
import type { ApplicationDeps } from './application-deps.ts';
import { expireApprovals } from './sweep-approvals.ts';

const pageSize = 100;

/**
 * Every run that should be moving goes on: after a start those that were acting when the process died, later those whose
 * workflow execution failed or whose wake-up was lost. Returns the runs that were woken. Runs that wait for people are
 * `recoverWaitingRuns`' matter.
 */
export async function recoverRuns(
  deps: Pick<ApplicationDeps, 'repository' | 'runs' | 'workflow' | 'logger' | 'clock'>,
): Promise<readonly string[]> {
  const started: string[] = [];
  // Collected before anything is written: repairing moves items between the pages.
  const ids: string[] = [];
  for await (const item of listRuns(deps, 'running')) ids.push(item.run_id);
  for (const id of ids) {
    try {
      const run = await deps.repository.load(id);
      if (run === undefined) {
        await dropPhantom(deps, id);
        continue;
      }
      await deps.repository.repairIndexes(run);
      if (isFinished(run)) continue;
      // Not merely started: an execution may be there and wait for a wake-up that was lost.
      await deps.workflow.wake(id);
      started.push(id);
    } catch (error) {
      deps.logger.error('could not recover a run', { run_id: id, error: String(error) });
    }
  }
  return started;
}

/**
 * Runs that are listed as waiting and whose record has moved since: a vote or decision whose process died before the lists said
 * so. Nothing else would look at them before their next deadline. Reads one entry of each; meant for the time after a start.
 */
export async function recoverWaitingRuns(
  deps: Parameters<typeof expireApprovals>[0] & Pick<ApplicationDeps, 'log' | 'runs'>,
  signal?: AbortSignal,
): Promise<void> {
  const moved: string[] = [];
  for await (const item of listRuns(deps, 'awaiting_approval')) {
    if (signal?.aborted === true) return;
    const head = await deps.log.head(runStream(item.run_id));
    if (head !== undefined && head.sequence !== item.sequence) moved.push(item.run_id);
  }
  for (const runId of moved) {
    if (signal?.aborted === true) return;
    try {
      await expireApprovals(deps, runId);
    } catch (error) {
      deps.logger.error('could not look after a waiting run', { run_id: runId, error: String(error) });
    }
  }
}

async function* listRuns(deps: Pick<ApplicationDeps, 'runs'>, status: RunStatus) {
  let cursor: string | undefined;
  do {
    const query = { status, limit: pageSize };
    const page = await deps.runs.list(cursor === undefined ? query : { ...query, cursor });
    yield* page.items;
    cursor = page.next_cursor;
  } while (cursor !== undefined);
}

/**
 * A list item whose run was never recorded: the process died before it answered anybody. Its sequence stays 0, so that a run
 * which is being recorded right now wins.
 */
async function dropPhantom(deps: Pick<ApplicationDeps, 'runs' | 'clock'>, runId: string): Promise<void> {
  const item = await deps.runs.get(runId);
  if (item === undefined || item.sequence !== 0) return;
  await deps.runs.put({
    ...item,
    status: 'failed',
    updated_at: new Date(deps.clock.now()).toISOString(),
  });
}
