import { dueActions } from '@hitl/approvals';
import type { ApprovalSummary, RunState } from '@hitl/core';
import type { ApplicationDeps } from './application-deps.ts';
import { notifyAll } from './notify-all.ts';
import { retryOnConflict } from './retry-on-conflict.ts';
import { wakeRun } from './wake-run.ts';

type SweepDeps = Pick<
  ApplicationDeps,
  'repository' | 'approvals' | 'workflow' | 'notifiers' | 'clock' | 'logger' | 'background'
>;

const batchSize = 100;
const maxBatches = 50;
/** When a request that can't be acted on is looked at again. */
const retryAfterMs = 10 * 60_000;

/** Reminders, escalations and expiry of everything that is due now. Returns how many requests it looked at. */
export async function sweepApprovals(deps: SweepDeps): Promise<number> {
  await deps.repository.repairBehind();
  let count = 0;
  for (let batch = 0; batch < maxBatches; batch += 1) {
    const due = await deps.approvals.listDue(new Date(deps.clock.now()).toISOString(), batchSize);
    for (const summary of due) await sweepOne(deps, summary);
    count += due.length;
    if (due.length < batchSize) break;
  }
  return count;
}

async function sweepOne(deps: SweepDeps, summary: ApprovalSummary): Promise<void> {
  const { run_id, approval_id } = summary;
  try {
    const run = await expireApprovals(deps, run_id);
    if (run?.approvals.has(approval_id) === true) return;
    deps.logger.error('an approval is listed that its run does not have', { run_id, approval_id });
  } catch (error) {
    deps.logger.error('sweep failed for one approval', { run_id, approval_id, error: String(error) });
  }
  // One broken run must neither keep the others from expiring nor be tried every second.
  const later = new Date(deps.clock.now() + retryAfterMs).toISOString();
  await deps.approvals.put({ ...summary, next_due_at: later }).catch(() => undefined);
}

/** Does what time demands for one run, and wakes it when something was decided or nothing waits any more. */
export async function expireApprovals(deps: SweepDeps, runId: string): Promise<RunState | undefined> {
  let isDecided = false;
  const run = await retryOnConflict(() =>
    actOnTime(deps, runId, () => {
      isDecided = true;
    }),
  );
  if (run === undefined) return undefined;
  await deps.repository.repairIndexes(run);
  if (isDecided || (run.status === 'running' && run.approvals.size > 0)) await wakeRun(deps, runId);
  return run;
}

async function actOnTime(
  deps: SweepDeps,
  runId: string,
  onDecided: () => void,
): Promise<RunState | undefined> {
  let run = await deps.repository.load(runId);
  if (run === undefined) return undefined;
  for (const approvalId of run.approvals.keys()) {
    const approval = run.approvals.get(approvalId);
    if (approval?.status !== 'pending') continue;
    for (const event of dueActions(approval, deps.clock.now())) {
      run = await deps.repository.append(run, event, 'system');
      if (event.type === 'approval-decided') onDecided();
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
