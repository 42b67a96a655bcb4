import { nextDueAt } from '@hitl/approvals';
import {
  type ApprovalState,
  type ApprovalSummary,
  qualifiedName,
  type RunState,
  type RunSummary,
} from '@hitl/core';

export function summarizeRun(run: RunState): RunSummary {
  return {
    run_id: run.run_id,
    session_id: run.session_id,
    user_id: run.started.principal.id,
    status: run.status,
    query: run.started.query,
    created_at: run.created_at,
    updated_at: run.updated_at,
    sequence: run.sequence,
  };
}

export function summarizeApproval(run: RunState, approval: ApprovalState): ApprovalSummary {
  const due = approval.status === 'pending' ? nextDueAt(approval) : undefined;
  return {
    approval_id: approval.approval_id,
    run_id: run.run_id,
    requester_id: approval.requester_id,
    status: approval.status,
    tools: approval.call_ids.flatMap((id) => {
      const call = run.calls.get(id);
      return call === undefined ? [] : [qualifiedName(call)];
    }),
    query: run.started.query,
    digest: approval.digest,
    requested_at: approval.requested_at,
    expires_at: approval.expires_at,
    ...(due === undefined ? {} : { next_due_at: due }),
    sequence: run.sequence,
  };
}
