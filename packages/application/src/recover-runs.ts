import { isFinished } from '@hitl/core';
import type { ApplicationDeps } from './application-deps.ts';

const pageSize = 100;

/**
 * After a start: every run that was acting when the process died goes on. Runs that wait for people are left alone; a vote, a
 * reminder or their expiry wakes them. Returns the runs that were started again.
 */
export async function recoverRuns(
  deps: Pick<ApplicationDeps, 'repository' | 'runs' | 'workflow' | 'logger' | 'clock'>,
): Promise<readonly string[]> {
  const started: string[] = [];
  // Collected before anything is written: repairing moves items between the pages.
  const ids: string[] = [];
  for (const status of ['running', 'awaiting_approval'] as const) {
    let cursor: string | undefined;
    do {
      const page = await deps.runs.list({
        status,
        limit: pageSize,
        ...(cursor === undefined ? {} : { cursor }),
      });
      ids.push(
        ...page.items
          .filter((item) => status === 'running' || item.sequence === 0)
          .map((item) => item.run_id),
      );
      cursor = page.next_cursor;
    } while (cursor !== undefined);
  }
  for (const id of ids) {
    try {
      const run = await deps.repository.load(id);
      if (run === undefined) {
        await dropPhantom(deps, id);
        continue;
      }
      await deps.repository.repairIndexes(run);
      if (isFinished(run)) continue;
      await deps.workflow.start(id);
      started.push(id);
    } catch (error) {
      deps.logger.error('could not recover a run', { run_id: id, error: String(error) });
    }
  }
  return started;
}

/** A list item whose run was never recorded: the process died before it answered anybody. */
async function dropPhantom(deps: Pick<ApplicationDeps, 'runs' | 'clock'>, runId: string): Promise<void> {
  const item = await deps.runs.get(runId);
  if (item === undefined) return;
  await deps.runs.put({
    ...item,
    status: 'failed',
    updated_at: new Date(deps.clock.now()).toISOString(),
    sequence: 1,
  });
}
