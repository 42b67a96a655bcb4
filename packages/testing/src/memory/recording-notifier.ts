import { type Notification, type Notifier, occasionOf } from '@hitl/core';

export interface RecordingNotifier extends Notifier {
  /** What was sent, in order. */
  readonly sent: readonly Notification[];
  /** The next `count` notifications fail with `error`, as a channel that is down does. */
  failNext(error: Error, count?: number): void;
}

export function createRecordingNotifier(name = 'recording'): RecordingNotifier {
  const sent: Notification[] = [];
  const seen = new Set<string>();
  const failures: Error[] = [];
  return {
    name,
    sent,
    async notify(notification) {
      const failure = failures.shift();
      if (failure !== undefined) throw failure;
      const key = occasionOf(notification);
      if (seen.has(key)) return;
      seen.add(key);
      sent.push(notification);
    },
    failNext(error, count = 1) {
      for (let i = 0; i < count; i += 1) failures.push(error);
    },
  };
}
