import { NotFoundError, type RunState } from '@hitl/core';
import type { ApplicationDeps } from './application-deps.ts';

export async function loadRun(deps: Pick<ApplicationDeps, 'repository'>, runId: string): Promise<RunState> {
  const run = await deps.repository.load(runId);
  if (run === undefined) throw new NotFoundError(`there is no run ${runId}`);
  return run;
}

/** Finds an approval request through the derived list, then reads the truth from its run's record. */
export async function loadApproval(
  deps: Pick<ApplicationDeps, 'repository' | 'approvals'>,
  approvalId: string,
): Promise<{ run: RunState; approval: import('@hitl/core').ApprovalState }> {
  const summary = await deps.approvals.get(approvalId);
  const run = summary === undefined ? undefined : await deps.repository.load(summary.run_id);
  const approval = run?.approvals.get(approvalId);
  if (run === undefined || approval === undefined)
    throw new NotFoundError(`there is no approval request ${approvalId}`);
  return { run, approval };
}
