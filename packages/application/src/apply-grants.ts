import { decideGrantUse, matchesGrant, settleApproval } from '@hitl/approvals';
import {
  type ApprovalState,
  type CallState,
  type GrantState,
  type GrantSummary,
  qualifiedName,
  type RunState,
} from '@hitl/core';
import type { ApplicationDeps } from './application-deps.ts';
import { loadGrant, useGrant } from './grant-ledger.ts';

export type ApplyGrantsDeps = Pick<
  ApplicationDeps,
  'repository' | 'grants' | 'directory' | 'log' | 'clock' | 'ids' | 'logger'
>;

/** Grants that speak for this very call. The list may be behind; the grant's own stream decides at use. */
export async function findGrants(
  deps: ApplyGrantsDeps,
  run: RunState,
  call: CallState,
): Promise<readonly GrantSummary[]> {
  const candidates = await deps.grants.listCandidates({
    grantee_id: run.started.principal.id,
    server: call.server,
    tool: call.tool,
    now: new Date(deps.clock.now()).toISOString(),
  });
  return candidates.filter((grant) => matchesGrant(grant, grantedCall(run, call)));
}

/** Puts the vote of the first grant that fits on the run's record, with the decision if that completes it. */
export async function applyGrants(
  deps: ApplyGrantsDeps,
  run: RunState,
  approval: ApprovalState,
  call: CallState,
  grants: readonly GrantSummary[],
): Promise<RunState> {
  for (const grant of grants) {
    const grantor = await deps.directory.find(grant.grantor_id);
    const vote = await useGrant(deps, grant, (state) =>
      decideGrantUse(state, {
        ...grantedCall(run, call),
        run_id: run.run_id,
        call,
        approval,
        grantor,
        nowMs: deps.clock.now(),
        voteId: deps.ids.next('vote'),
      }),
    );
    if (vote === undefined) {
      deps.logger.info('grant did not fit', { grant_id: grant.grant_id, tool: qualifiedName(call) });
      continue;
    }
    const { approval_id } = approval;
    const voted = await deps.repository.append(
      run,
      { type: 'vote-cast', data: { approval_id, vote } },
      grant.grantor_id,
    );
    const open = voted.approvals.get(approval_id);
    const settled = open === undefined ? undefined : settleApproval(open, deps.clock.now());
    return settled === undefined ? voted : deps.repository.append(voted, settled, 'system');
  }
  return run;
}

/**
 * A use and its vote are two writes to two streams. Where the second was lost the use would be spent for nothing: it is found
 * on the grant's record and its vote is cast now. A grant that was not used for the call yet is left alone.
 */
export async function resumeGrants(deps: ApplyGrantsDeps, run: RunState): Promise<RunState> {
  let current = run;
  for (const approval of run.approvals.values()) {
    const [callId, ...others] = approval.call_ids;
    const call = callId === undefined ? undefined : run.calls.get(callId);
    const isUntouched = approval.votes.length + approval.editors.length === 0;
    if (approval.status !== 'pending' || call === undefined || others.length > 0 || !isUntouched) continue;
    const grants = await findGrants(deps, current, call);
    const states = await Promise.all(grants.map((grant) => loadGrant(deps, grant.grant_id)));
    const spent = grants.filter((_, index) => isSpentOn(states[index], run.run_id, call.call_id));
    current = await applyGrants(deps, current, approval, call, spent);
  }
  return current;
}

function isSpentOn(state: GrantState | undefined, runId: string, callId: string): boolean {
  return state?.uses.some((use) => use.run_id === runId && use.call_id === callId) === true;
}

function grantedCall(run: RunState, call: CallState) {
  return { requester_id: run.started.principal.id, call, environment: run.started.environment };
}
