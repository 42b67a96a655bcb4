import { type JobQueue, type Notification, type Notifier, occasionOf, sha256Hex } from '@hitl/core';
import { type SlackJobOf, slackJobSchema } from '../jobs.ts';
import { queueEntryOf } from '../queue-entry-of.ts';

/**
 * Hands what people are to be told to the worker, which knows Slack: an approval waits for a queue, never for Slack. The job holds ids
 * only; what is shown is read from the record when it is posted.
 */
export function createQueueNotifier(queue: JobQueue): Notifier {
  return {
    name: 'slack',
    async notify(notification) {
      await queue.send(queueEntryOf(notifyJobOf(notification)));
    },
  };
}

function notifyJobOf(notification: Notification): SlackJobOf<'notify'> {
  const { kind, run } = notification;
  const approvalId = 'approval_id' in notification ? notification.approval_id : undefined;
  const job = slackJobSchema.parse({
    kind: 'notify',
    job_id: `notify:${sha256Hex(occasionOf(notification))}`,
    event: kind,
    run_id: run.run_id,
    ...(approvalId === undefined ? {} : { approval_id: approvalId }),
    to: 'to' in notification ? notification.to.slice(0, 500) : [],
    sequence: run.sequence,
  });
  if (job.kind !== 'notify') throw new TypeError('unreachable');
  return job;
}
