import { type ApplicationDeps, recordPolicy, recoverRuns } from '@hitl/application';
import { makeCheckpoint } from '@hitl/audit';
import type { AuditLog, BlobStore } from '@hitl/core';
import type { Logger } from '@hitl/lambda';
import type { LocalPolicy } from './open-local-policy.ts';
import { createSweeper } from './sweeper/create-sweeper.ts';

const sweepEveryMs = 1000;
const policyEveryMs = 2000;
const checkpointEveryMs = 60_000;
const recoverEveryMs = 60_000;
/** One process writes here, with one clock: nothing arrives late. */
const checkpointGraceMs = 0;

/** What the cloud does on schedules: deadlines, checkpoints, the policy file, and runs that nobody woke. Returns what stops it. */
export function startTimers(options: {
  readonly deps: ApplicationDeps;
  readonly audit: { readonly log: AuditLog; readonly blobs: BlobStore };
  readonly policy: LocalPolicy;
  readonly expire: (event: unknown) => Promise<unknown>;
  readonly logger: Logger;
}): () => Promise<void> {
  const { deps, audit, policy, expire, logger } = options;
  const checkpoint = async (): Promise<void> => {
    await makeCheckpoint({ ...audit, clock: deps.clock, graceMs: checkpointGraceMs });
  };
  const timers = [
    createSweeper({ everyMs: sweepEveryMs, logger, sweep: async () => void (await expire({})) }),
    createSweeper({ everyMs: checkpointEveryMs, logger, sweep: checkpoint }),
    createSweeper({ everyMs: recoverEveryMs, logger, sweep: async () => void (await recoverRuns(deps)) }),
    createSweeper({
      everyMs: policyEveryMs,
      logger,
      sweep: async () => {
        const result = await policy.refresh();
        if (result === undefined) return;
        if (result.is_loaded) await recordPolicy(deps, policy.current(), policy.source);
        else
          logger.error('the policy file changed and does not load; the old policy stays', {
            error: result.error.message,
          });
      },
    }),
  ];
  return async () => {
    await Promise.all(timers.map((timer) => timer.stop()));
    // What happened since the last one is pinned before the process goes.
    await checkpoint().catch((error: unknown) => logger.warn('no last checkpoint', { error: String(error) }));
  };
}
