import { openStep } from '@hitl/approvals';
import type { Notification, Notifier, RunState } from '@hitl/core';
import type { ApplicationDeps } from './application-deps.ts';

type NotifyDeps = Pick<ApplicationDeps, 'notifiers' | 'logger' | 'clock' | 'background'>;

/** Tells every channel, in the background: a channel that fails or hangs must never hold an approval up. */
export function notifyAll(
  deps: NotifyDeps,
  kind: Notification['kind'],
  run: RunState,
  approvalId?: string,
): void {
  if (deps.notifiers.length > 0) deps.background(deliverAll(deps, kind, run, approvalId));
}

const deliveryAttempts = 4;

/** Tells every channel and waits for them; each is tried again with back-off, and a failure is logged, never thrown. */
export async function deliverAll(
  deps: Omit<NotifyDeps, 'background'>,
  kind: Notification['kind'],
  run: RunState,
  approvalId?: string,
): Promise<void> {
  const notification = buildNotification(deps, kind, run, approvalId);
  if (notification === undefined) return;
  await Promise.all(deps.notifiers.map((notifier) => deliver(deps, notifier, notification)));
}

async function deliver(
  deps: Pick<NotifyDeps, 'logger'>,
  notifier: Notifier,
  notification: Notification,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await notifier.notify(notification);
    } catch (error) {
      if (attempt >= deliveryAttempts) {
        deps.logger.error('notification failed', {
          notifier: notifier.name,
          kind: notification.kind,
          run_id: notification.run.run_id,
          error: String(error),
        });
        return;
      }
      await new Promise((resolve) => setTimeout(resolve, 250 * 2 ** attempt * (0.5 + Math.random() / 2)));
    }
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
