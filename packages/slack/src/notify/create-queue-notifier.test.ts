import { createMemoryJobQueue } from '@hitl/testing';
import { describeNotifierContract } from '@hitl/testing/contracts';
import { describe, expect, it } from '@jest/globals';
import { runOf } from '../../test/run-state.ts';
import { slackJobSchema } from '../jobs.ts';
import { createQueueNotifier } from './create-queue-notifier.ts';

describeNotifierContract('the notifier over the queue', async () => {
  const queue = createMemoryJobQueue();
  return { subject: createQueueNotifier(queue), received: async () => queue.jobs, isIdempotent: true };
});

describe('the notifier over the queue', () => {
  it('sends ids and no content, in the turn of the cards', async () => {
    const queue = createMemoryJobQueue();
    const run = runOf(['secret text']);
    await createQueueNotifier(queue).notify({
      kind: 'approval-reminded',
      run,
      approval_id: 'apr_1',
      to: ['group:leads'],
    });
    const [job] = queue.jobs;
    expect(job?.group).toBe('cards:apr_1');
    expect(slackJobSchema.parse(job?.body)).toMatchObject({
      kind: 'notify',
      event: 'approval-reminded',
      approval_id: 'apr_1',
      to: ['group:leads'],
      sequence: 4,
    });
    expect(JSON.stringify(job)).not.toContain('secret text');
  });
});
