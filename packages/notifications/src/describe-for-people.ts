import {
  type ApprovalPages,
  type ApprovalState,
  approvalPageUrl,
  type CallState,
  NotFoundError,
  type Notification,
  type RunState,
  redactSecrets,
  redactText,
  visibleJson,
  visibleLine,
} from '@hitl/core';

export interface DescribedCall {
  /** `server/tool`. */
  readonly name: string;
  readonly category: string;
  readonly reasons: readonly string[];
  /** Indented JSON, everything that can't be seen spelled out, secrets redacted. */
  readonly argumentsJson: string;
  readonly preview?: string;
}

/** A notification as people read it in a channel that they can't answer in. All texts are visible and on one line, but for the JSON. */
export interface DescribedNotification {
  readonly title: string;
  readonly facts: readonly { readonly label: string; readonly value: string }[];
  readonly calls: readonly DescribedCall[];
  /** What to do, or why there is nothing to do. */
  readonly footer: string;
  /** The login-protected page; reading it decides nothing. */
  readonly link?: string;
}

const asking = {
  'approval-requested': 'Approval requested',
  'approval-reminded': 'Reminder: approval still waits',
  'approval-escalated': 'Escalated: approval still waits',
} as const;

/** Requests and outputs are people's and models' prose: a channel gets their beginning, and is told how much is missing. */
const maxProse = 1500;

/** @throws NotFoundError when the run has no such request */
export function describeForPeople(notification: Notification, pages?: ApprovalPages): DescribedNotification {
  const { run } = notification;
  if (notification.kind === 'run-finished') return describeFinished(run);
  const approval = run.approvals.get(notification.approval_id);
  if (approval === undefined)
    throw new NotFoundError(`run ${run.run_id} has no approval ${notification.approval_id}`);
  const link = pages === undefined ? {} : { link: approvalPageUrl(pages, approval.approval_id) };
  const common = [
    { label: 'Requested by', value: prose(approval.requester_id) },
    { label: 'Request', value: prose(run.started.query) },
    { label: 'Environment', value: prose(run.started.environment) },
    { label: 'Approval', value: prose(approval.approval_id) },
  ];
  const calls = approval.call_ids.flatMap((id) => {
    const call = run.calls.get(id);
    return call === undefined ? [] : [describeCall(call)];
  });
  if (notification.kind === 'approval-decided')
    return {
      title: `Approval ${approval.status}`,
      facts: [...common, ...decidedFacts(approval)],
      calls: calls.map((call) => ({ ...call, argumentsJson: '' })),
      footer: 'Decided: nothing is left to do here.',
      ...link,
    };
  const where = pages === undefined ? 'with hitl-mcp approvals show' : 'on the approval page';
  return {
    title: asking[notification.kind],
    facts: [
      ...common,
      { label: 'May decide', value: prose(notification.to.join(', ') || 'see the approval') },
      { label: 'Expires', value: approval.expires_at },
    ],
    calls,
    footer: `Nobody can decide in this channel. Read and decide ${where}.`,
    ...link,
  };
}

function decidedFacts(approval: ApprovalState): { label: string; value: string }[] {
  return [
    { label: 'Decided by', value: prose(approval.decided_by.join(', ') || 'nobody') },
    ...(approval.decided_at === undefined ? [] : [{ label: 'Decided at', value: approval.decided_at }]),
    ...(approval.reason === undefined ? [] : [{ label: 'Reason', value: prose(approval.reason) }]),
  ];
}

function describeFinished(run: RunState): DescribedNotification {
  return {
    title: `Run ${run.status}`,
    facts: [
      { label: 'Requested by', value: prose(run.started.principal.id) },
      { label: 'Request', value: prose(run.started.query) },
      { label: 'Environment', value: prose(run.started.environment) },
      { label: 'Run', value: prose(run.run_id) },
      ...(run.error === undefined ? [] : [{ label: 'Error', value: prose(run.error.message) }]),
    ],
    calls: [],
    footer: 'The result is with the requester and on the record.',
  };
}

function describeCall(call: CallState): DescribedCall {
  return {
    name: visibleLine(`${call.server}/${call.tool}`),
    category: call.decision.category,
    reasons: call.decision.reasons.map(prose),
    argumentsJson: visibleJson(redactSecrets(call.arguments), 2),
    ...(call.preview === undefined ? {} : { preview: prose(call.preview.summary) }),
  };
}

function prose(text: string): string {
  const shown = visibleLine(redactText(text));
  if (shown.length <= maxProse) return shown;
  // Not through the middle of a surrogate pair.
  const end = /[\ud800-\udbff]/.test(shown.charAt(maxProse - 1)) ? maxProse - 1 : maxProse;
  return `${shown.slice(0, end)}… [${shown.length - end} characters more]`;
}
