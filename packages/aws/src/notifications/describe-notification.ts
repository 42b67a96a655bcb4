import {
  type ApprovalPages,
  type ApprovalState,
  approvalPageUrl,
  type JsonObject,
  type Notification,
  type RunState,
} from '@hitl/core';

/** `detail-type` on the bus, and the message attribute `type` on the topic. */
export type NotificationType = 'ApprovalRequested' | 'ApprovalDecided' | 'RunFinished';

export interface DescribedNotification {
  readonly type: NotificationType;
  readonly detail: JsonObject;
}

const reasons = {
  'approval-requested': 'requested',
  'approval-reminded': 'reminded',
  'approval-escalated': 'escalated',
} as const;

/**
 * What other systems are told: who, what and which, never a call's arguments or a result, since whoever reads the bus need not be
 * entitled to them. `detail.reason` tells a new request from a reminder or an escalation of it.
 */
export function describeNotification(
  notification: Notification,
  pages?: ApprovalPages,
): DescribedNotification {
  const { run } = notification;
  const common = describeRun(run);
  if (notification.kind === 'run-finished') {
    return {
      type: 'RunFinished',
      detail: { ...common, ...(run.error === undefined ? {} : { error_code: run.error.code }) },
    };
  }
  const approval = run.approvals.get(notification.approval_id);
  if (approval === undefined)
    throw new Error(`run ${run.run_id} has no approval ${notification.approval_id}`);
  const detail = {
    ...common,
    ...describeApproval(run, approval),
    ...(pages === undefined ? {} : { url: approvalPageUrl(pages, approval.approval_id) }),
  };
  if (notification.kind === 'approval-decided') {
    return {
      type: 'ApprovalDecided',
      detail: {
        ...detail,
        decided_by: [...approval.decided_by],
        decided_at: approval.decided_at ?? run.updated_at,
      },
    };
  }
  return {
    type: 'ApprovalRequested',
    detail: { ...detail, reason: reasons[notification.kind], approvers: [...notification.to] },
  };
}

function describeRun(run: RunState): JsonObject {
  return {
    run_id: run.run_id,
    session_id: run.session_id,
    status: run.status,
    user_id: run.started.principal.id,
    environment: run.started.environment,
    sequence: run.sequence,
    at: run.updated_at,
  };
}

function describeApproval(run: RunState, approval: ApprovalState): JsonObject {
  return {
    approval_id: approval.approval_id,
    approval_status: approval.status,
    digest: approval.digest,
    expires_at: approval.expires_at,
    tools: approval.call_ids.flatMap((id) => {
      const call = run.calls.get(id);
      return call === undefined ? [] : [`${call.server}/${call.tool}`];
    }),
  };
}
