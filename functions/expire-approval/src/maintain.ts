import { type ApplicationDeps, recoverRuns, recoverWaitingRuns } from '@hitl/application';
import { makeCheckpoint } from '@hitl/audit';
import type { JsonObject } from '@hitl/core';

type MaintainDeps = Pick<
  ApplicationDeps,
  | 'log'
  | 'blobs'
  | 'runs'
  | 'approvals'
  | 'repository'
  | 'workflow'
  | 'notifiers'
  | 'background'
  | 'clock'
  | 'logger'
>;

/** Clocks of several machines, writers that are slow, and an index that lags: all are over by then. */
const checkpointGraceMs = 60_000;

/**
 * What the schedule is for: deadlines, runs that nobody woke, a checkpoint of the record, and runs that wait although they were
 * decided, as far as the time goes. Each is tried whatever became of the others.
 * @throws the first failure, when all have been tried: a schedule that fails must be seen.
 */
export async function maintain(
  deps: MaintainDeps,
  sweep: () => Promise<JsonObject>,
  signal: AbortSignal,
): Promise<JsonObject> {
  const failures: unknown[] = [];
  const attempt = async <T>(what: string, work: () => Promise<T>): Promise<T | undefined> => {
    try {
      return await work();
    } catch (error) {
      deps.logger.error(`${what} failed`, { error });
      failures.push(error);
      return undefined;
    }
  };
  const swept = await attempt('the sweep', sweep);
  const recovered = await attempt('recovering runs', () => recoverRuns(deps));
  const checkpoint = await attempt('the checkpoint', () =>
    makeCheckpoint({ log: deps.log, blobs: deps.blobs, clock: deps.clock, graceMs: checkpointGraceMs }),
  );
  await attempt('looking after waiting runs', () => recoverWaitingRuns(deps, signal));
  if (failures.length > 0) throw failures[0];
  return {
    ...swept,
    recovered: recovered?.length ?? 0,
    checkpoint: checkpoint?.sequence ?? null,
  };
}
