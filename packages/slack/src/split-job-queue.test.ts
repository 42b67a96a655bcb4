import { createMemoryJobQueue } from '@hitl/testing';
import { describe, expect, it } from '@jest/globals';
import { slackJobKinds } from './jobs.ts';
import { splitJobQueue } from './split-job-queue.ts';

const jobOf = (kind: string) => ({ group: 'g', deduplicationId: kind, body: { kind } });

describe('the queues of Slack', () => {
  it('keep what holds a worker for long apart from everything that somebody clicked or that must be shown', async () => {
    const [answers, actions] = [createMemoryJobQueue(), createMemoryJobQueue()];
    const queue = splitJobQueue({ answers: 'one', actions: 'two' }, (url) =>
      url === 'one' ? answers : actions,
    );
    for (const kind of slackJobKinds) await queue.send(jobOf(kind));
    const kindsIn = (one: typeof answers) => one.jobs.map(({ body }) => body.kind);
    expect(kindsIn(answers)).toEqual(['message', 'follow']);
    expect(kindsIn(actions)).toEqual(slackJobKinds.filter((kind) => kind !== 'message' && kind !== 'follow'));
  });

  it('are one where there is only one', async () => {
    const answers = createMemoryJobQueue();
    const queue = splitJobQueue({ answers: 'one', actions: undefined }, () => answers);
    for (const kind of slackJobKinds) await queue.send(jobOf(kind));
    expect(answers.jobs).toHaveLength(slackJobKinds.length);
  });
});
