import type { RunState } from '../records/run-state.ts';

/** What people are told. */
export type Notification =
  | {
      readonly kind: 'approval-requested';
      readonly run: RunState;
      readonly approval_id: string;
      readonly to: readonly string[];
    }
  | {
      readonly kind: 'approval-reminded';
      readonly run: RunState;
      readonly approval_id: string;
      readonly to: readonly string[];
    }
  | {
      readonly kind: 'approval-escalated';
      readonly run: RunState;
      readonly approval_id: string;
      readonly to: readonly string[];
    }
  | { readonly kind: 'approval-decided'; readonly run: RunState; readonly approval_id: string }
  | { readonly kind: 'run-finished'; readonly run: RunState };

/** Tells people through one channel. A failure must never block or lose an approval: callers log it and go on. */
export interface Notifier {
  readonly name: string;
  /** Idempotent per `occasionOf` where the channel allows it. */
  notify(notification: Notification): Promise<void>;
}
