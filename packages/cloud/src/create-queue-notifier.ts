import type { JobQueue, Notifier } from '@hitl/core';
import { queueEntryOf } from '@hitl/slack';

/** Has the Slack worker tell people: it knows the channels, keeps the limits, and shows the card as the record then stands. */
export function createQueueNotifier(queue: JobQueue): Notifier {
  return {
    name: 'slack',
    async notify(notification) {
      const { kind, run } = notification;
      const approvalId = 'approval_id' in notification ? notification.approval_id : undefined;
      const job = {
        kind: 'notify',
        // Sent again, it is the same job.
        job_id: `notify:${kind}:${approvalId ?? run.run_id}:${run.sequence}`,
        event: kind,
        run_id: run.run_id,
        ...(approvalId === undefined ? {} : { approval_id: approvalId }),
        to: 'to' in notification ? [...notification.to] : [],
        sequence: run.sequence,
      } as const;
      await queue.send(queueEntryOf(job));
    },
  };
}
