import type { Notification } from './ports/notifier.ts';

/**
 * Names what people are told of: the same for every attempt to tell it, however far the run has moved on meanwhile. A reminder and an
 * escalation are told by their number, and all of it anew once the request was edited.
 */
export function occasionOf(notification: Notification): string {
  const { kind, run } = notification;
  if (kind === 'run-finished') return `${kind}:${run.run_id}`;
  const { approval_id: id } = notification;
  const approval = run.approvals.get(id);
  switch (kind) {
    case 'approval-decided':
      return `${kind}:${id}`;
    case 'approval-requested':
      return `${kind}:${id}:${approval?.digest}`;
    case 'approval-reminded':
      return `${kind}:${id}:${approval?.digest}:${approval?.reminder_count}`;
    case 'approval-escalated':
      return `${kind}:${id}:${approval?.digest}:${approval?.escalation_stage}`;
  }
}
