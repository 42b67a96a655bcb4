import { requestApproval as planRequest } from '@hitl/approvals';
import type { ApprovalState, RunState } from '@hitl/core';
import { type ApplyGrantsDeps, applyGrants, findGrants } from './apply-grants.ts';

/**
 * Makes approval requests for the gated calls of one step. A call that a grant speaks for gets a request of its own, with the
 * grantor's vote on it; all others share one. Returns the run, which waits if any request is still open.
 */
export async function requestApprovals(
  deps: ApplyGrantsDeps,
  run: RunState,
  callIds: readonly string[],
): Promise<RunState> {
  let current = run;
  const ungranted: string[] = [];
  for (const callId of callIds) {
    const call = current.calls.get(callId);
    const matching = call === undefined ? [] : await findGrants(deps, current, call);
    const grants = matching.filter((grant) => grant.uses < grant.max_uses);
    if (call === undefined || grants.length === 0) {
      ungranted.push(callId);
      continue;
    }
    const opened = await openRequest(deps, current, [callId]);
    current =
      opened.approval === undefined
        ? opened.run
        : await applyGrants(deps, opened.run, opened.approval, call, grants);
  }
  if (ungranted.length > 0) current = (await openRequest(deps, current, ungranted)).run;
  return current;
}

async function openRequest(
  deps: ApplyGrantsDeps,
  run: RunState,
  callIds: readonly string[],
): Promise<{ run: RunState; approval: ApprovalState | undefined }> {
  const approvalId = deps.ids.next('apr');
  const event = planRequest({ run, approvalId, callIds, nowMs: deps.clock.now() });
  const next = await deps.repository.append(run, event, 'system');
  return { run: next, approval: next.approvals.get(approvalId) };
}
