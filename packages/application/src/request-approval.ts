import { decideGrantUse, requestApproval as planRequest, settleApproval } from '@hitl/approvals';
import { type ApprovalState, type CallState, type Grant, qualifiedName, type RunState } from '@hitl/core';
import type { ApplicationDeps } from './application-deps.ts';
import { useGrant } from './grant-ledger.ts';

type RequestDeps = Pick<
  ApplicationDeps,
  'repository' | 'grants' | 'directory' | 'log' | 'clock' | 'ids' | 'logger'
>;

/**
 * Makes approval requests for the gated calls of one step. A call that a grant speaks for gets a request of its own, with the
 * grantor's vote on it; all others share one. Returns the run, which waits if any request is still open.
 */
export async function requestApprovals(
  deps: RequestDeps,
  run: RunState,
  callIds: readonly string[],
): Promise<RunState> {
  let current = run;
  const ungranted: string[] = [];
  for (const callId of callIds) {
    const call = current.calls.get(callId);
    const grant = call === undefined ? undefined : await findGrant(deps, current, call);
    if (call === undefined || grant === undefined) ungranted.push(callId);
    else current = await requestWithGrant(deps, current, call, grant);
  }
  if (ungranted.length > 0) current = (await openRequest(deps, current, ungranted)).run;
  return current;
}

async function openRequest(
  deps: RequestDeps,
  run: RunState,
  callIds: readonly string[],
): Promise<{ run: RunState; approval: ApprovalState | undefined }> {
  const approvalId = deps.ids.next('apr');
  const event = planRequest({ run, approvalId, callIds, nowMs: deps.clock.now() });
  const next = await deps.repository.append(run, event, 'system');
  return { run: next, approval: next.approvals.get(approvalId) };
}

/** The first grant that fits. The list may be behind; the grant's own stream decides at use. */
async function findGrant(deps: RequestDeps, run: RunState, call: CallState): Promise<Grant | undefined> {
  const candidates = await deps.grants.listCandidates({
    grantee_id: run.started.principal.id,
    server: call.server,
    tool: call.tool,
    now: new Date(deps.clock.now()).toISOString(),
  });
  return candidates.find((grant) => grant.uses < grant.max_uses);
}

async function requestWithGrant(
  deps: RequestDeps,
  run: RunState,
  call: CallState,
  grant: Grant,
): Promise<RunState> {
  const opened = await openRequest(deps, run, [call.call_id]);
  const approval = opened.approval;
  if (approval === undefined) return opened.run;
  const grantor = await deps.directory.find(grant.grantor_id);
  const vote = await useGrant(deps, grant, (state) =>
    decideGrantUse(state, {
      run_id: run.run_id,
      requester_id: run.started.principal.id,
      call,
      environment: run.started.environment,
      approval,
      grantor,
      nowMs: deps.clock.now(),
      voteId: deps.ids.next('vote'),
    }),
  );
  if (vote === undefined) {
    deps.logger.info('grant did not fit', { grant_id: grant.grant_id, tool: qualifiedName(call) });
    return opened.run;
  }
  const voted = await deps.repository.append(
    opened.run,
    { type: 'vote-cast', data: { approval_id: approval.approval_id, vote } },
    grant.grantor_id,
  );
  const open = voted.approvals.get(approval.approval_id);
  const settled = open === undefined ? undefined : settleApproval(open, deps.clock.now());
  return settled === undefined ? voted : deps.repository.append(voted, settled, 'system');
}
