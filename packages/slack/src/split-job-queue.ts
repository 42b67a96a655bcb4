import type { JobQueue } from '@hitl/core';
import type { slackJobKinds } from './jobs.ts';

/** Jobs that hold a worker for as long as an answer streams. */
const long: ReadonlySet<unknown> = new Set(['message', 'follow'] satisfies (typeof slackJobKinds)[number][]);

/** Two queues as one: however many answers stream, a click finds a worker. Without the second, everything is in the first. */
export function splitJobQueue(
  urls: { readonly answers: string; readonly actions: string | undefined },
  open: (queueUrl: string) => JobQueue,
): JobQueue {
  const answers = open(urls.answers);
  const actions = urls.actions === undefined ? answers : open(urls.actions);
  return { send: (job) => (long.has(job.body.kind) ? answers : actions).send(job) };
}
