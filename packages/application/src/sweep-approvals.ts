import { dueActions } from '@hitl/approvals';
import type { RunState } from '@hitl/core';
import type { ApplicationDeps } from './application-deps.ts';
import { notifyAll } from './notify-all.ts';
import { retryOnConflict } from './retry-on-conflict.ts';
import { wakeRun } from './wake-run.ts';

type SweepDeps = Pick<
  ApplicationDeps,
  'repository' | 'approvals' | 'workflow' | 'notifiers' | 'clock' | 'logger' | 'background'
>;

const batchSize = 100;

/** Reminders, escalations and expiry of everything that is due now. Returns how many requests it looked at. */
export async function sweepApprovals(deps: SweepDeps): Promise<number> {
  const due = await deps.approvals.listDue(new Date(deps.clock.now()).toISOString(), batchSize);
  for (const { run_id, approval_id } of due) {
    try {
      await expireApprovals(deps, run_id);
    } catch (error) {
      // One broken run must not keep the others from expiring.
      deps.logger.error('sweep failed for one approval', { run_id, approval_id, error: String(error) });
    }
  }
  return due.length;
}

/** Does what time demands for one run, and wakes it when nothing waits any more. */
export async function expireApprovals(deps: SweepDeps, runId: string): Promise<RunState | undefined> {
  const run = await retryOnConflict(() => actOnTime(deps, runId));
  if (run === undefined) return undefined;
  await deps.repository.repairIndexes(run);
  if (run.status === 'running' && run.approvals.size > 0) await wakeRun(deps, runId);
  return run;
}

async function actOnTime(deps: SweepDeps, runId: string): Promise<RunState | undefined> {
  let run = await deps.repository.load(runId);
  if (run === undefined) return undefined;
  for (const approvalId of run.approvals.keys()) {
    const approval = run.approvals.get(approvalId);
    if (approval?.status !== 'pending') continue;
    for (const event of dueActions(approval, deps.clock.now())) {
      run = await deps.repository.append(run, event, 'system');
      if (
        event.type === 'approval-reminded' ||
        event.type === 'approval-escalated' ||
        event.type === 'approval-decided'
      ) {
        notifyAll(deps, event.type, run, approvalId);
      }
    }
  }
  return run;
}
