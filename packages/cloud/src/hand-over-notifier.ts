import type { JsonObject, Notifier } from '@hitl/core';

/** Names what happened; whoever is handed it reads the rest from the record. */
export type HandOver = (event: JsonObject) => Promise<void>;

/**
 * Hands every notification to the function that tells people. A vote or a step so never waits for a channel, needs none of their
 * rights, and what can't be told now is tried again and kept.
 */
export function createHandOverNotifier(handOver: HandOver): Notifier {
  return {
    name: 'hand-over',
    notify: (notification) =>
      handOver({
        kind: notification.kind,
        run_id: notification.run.run_id,
        ...('approval_id' in notification ? { approval_id: notification.approval_id } : {}),
      }),
  };
}
