import { openStep } from '@hitl/approvals';
import type { Notification, RunState } from '@hitl/core';
import type { ApplicationDeps } from './application-deps.ts';

/** Tells every channel, in the background: a channel that fails or hangs must never hold an approval up. */
export function notifyAll(
  deps: Pick<ApplicationDeps, 'notifiers' | 'logger' | 'clock'>,
  kind: Notification['kind'],
  run: RunState,
  approvalId?: string,
): void {
  const notification = buildNotification(deps, kind, run, approvalId);
  if (notification === undefined) return;
  for (const notifier of deps.notifiers) {
    Promise.resolve()
      .then(() => notifier.notify(notification))
      .catch((error: unknown) => {
        deps.logger.error('notification failed', { notifier: notifier.name, kind, run_id: run.run_id, error: String(error) });
      });
  }
}

function buildNotification(
  deps: Pick<ApplicationDeps, 'clock'>,
  kind: Notification['kind'],
  run: RunState,
  approvalId: string | undefined,
): Notification | undefined {
  if (kind === 'run-finished') return { kind, run };
  if (approvalId === undefined) return undefined;
  if (kind === 'approval-decided') return { kind, run, approval_id: approvalId };
  const approval = run.approvals.get(approvalId);
  const to = approval === undefined ? [] : (openStep(approval, deps.clock.now())?.approvers ?? []);
  return { kind, run, approval_id: approvalId, to };
}
