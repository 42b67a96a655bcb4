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
  if (deps.notifiers.length > 0)
    deps.background(deliverAll(deps, kind, run, approvalId).then(() => undefined));
}

const deliveryAttempts = 4;

/**
 * Tells every channel and waits for them; each is tried again with back-off. A failure is logged, never thrown: it keeps nothing from
 * the others.
 * @returns the names of the channels that could not be told
 */
export async function deliverAll(
  deps: Omit<NotifyDeps, 'background'>,
  kind: Notification['kind'],
  run: RunState,
  approvalId?: string,
): Promise<readonly string[]> {
  const notification = buildNotification(deps, kind, run, approvalId);
  if (notification === undefined) return [];
  const { notifiers } = deps;
  const told = await Promise.all(notifiers.map((notifier) => deliver(deps, notifier, notification)));
  return notifiers.filter((_notifier, index) => told[index] === false).map(({ name }) => name);
}

async function deliver(
  deps: Pick<NotifyDeps, 'logger'>,
  notifier: Notifier,
  notification: Notification,
): Promise<boolean> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await notifier.notify(notification);
      return true;
    } catch (error) {
      if (attempt >= deliveryAttempts) {
        deps.logger.error('notification failed', {
          notifier: notifier.name,
          kind: notification.kind,
          run_id: notification.run.run_id,
          error: String(error),
        });
        return false;
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
