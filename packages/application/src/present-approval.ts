import { openStep } from '@hitl/approvals';
import type { ApprovalState, AuditEntry, RunState } from '@hitl/core';
import type { ApprovalView } from './views.ts';

/** An approval request as an approver must see it: the exact calls, why they wait, and what happened to it so far. */
export function presentApproval(
  run: RunState,
  approval: ApprovalState,
  nowMs: number,
  history: readonly AuditEntry[] = [],
): ApprovalView {
  const step = approval.status === 'pending' ? openStep(approval, nowMs) : undefined;
  return {
    approval_id: approval.approval_id,
    run_id: run.run_id,
    status: approval.status,
    requester_id: approval.requester_id,
    query: run.started.query,
    environment: run.started.environment,
    digest: approval.digest,
    requirement: approval.requirement,
    calls: approval.call_ids.flatMap((id) => {
      const call = run.calls.get(id);
      if (call === undefined) return [];
      return [
        {
          call_id: call.call_id,
          server: call.server,
          tool: call.tool,
          arguments: call.arguments,
          digest: call.digest,
          category: call.decision.category,
          rule_ids: call.decision.rule_ids,
          reasons: call.decision.reasons,
          status: call.status,
          ...(call.preview === undefined ? {} : { preview: call.preview }),
        },
      ];
    }),
    votes: approval.votes,
    void_votes: approval.void_votes,
    editors: approval.editors,
    ...(step === undefined
      ? {}
      : {
          open_step: {
            index: step.index,
            approvers: step.approvers,
            votes_needed: step.votesNeeded,
            votes_have: step.votesHave,
          },
        }),
    requested_at: approval.requested_at,
    expires_at: approval.expires_at,
    decided_by: approval.decided_by,
    ...(approval.decided_at === undefined ? {} : { decided_at: approval.decided_at }),
    ...(approval.reason === undefined ? {} : { reason: approval.reason }),
    history: history
      .filter((entry) => entry.data.approval_id === approval.approval_id)
      .map(({ sequence, at, actor, type, data }) => ({ sequence, at, actor, type, data })),
  };
}
