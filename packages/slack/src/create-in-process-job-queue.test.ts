import type { Job } from '@hitl/core';
import { describeJobQueueContract } from '@hitl/testing/contracts';
import { describe, expect, it } from '@jest/globals';
import { createInProcessJobQueue } from './create-in-process-job-queue.ts';

const wait = async () => undefined;
const unexpected = (_job: Job, error: unknown) => {
  throw error;
};

describeJobQueueContract('createInProcessJobQueue', async ({ clock }) => {
  const done: Job[] = [];
  const handle = async (job: Job) => void done.push(job);
  const subject = createInProcessJobQueue({ handle, onGivenUp: unexpected, clock });
  return {
    subject,
    async received() {
      await subject.idle();
      return done;
    },
  };
});

describe('the queue within one process', () => {
  const job = (id: string, group: string): Job => ({ group, deduplicationId: id, body: { id } });

  it('keeps the turns of a group and lets no group wait for another', async () => {
    const events: string[] = [];
    const { promise: blocked, resolve: release } = Promise.withResolvers<void>();
    const queue = createInProcessJobQueue({
      async handle({ deduplicationId: id }) {
        events.push(`begin ${id}`);
        if (id === 'a1') await blocked;
        events.push(`end ${id}`);
        if (id === 'b1') release();
      },
      onGivenUp: unexpected,
    });
    for (const [id, group] of [
      ['a1', 'a'],
      ['a2', 'a'],
      ['b1', 'b'],
    ] as const)
      await queue.send(job(id, group));
    await queue.idle();
    expect(events).toEqual(['begin a1', 'begin b1', 'end b1', 'end a1', 'begin a2', 'end a2']);
  });

  it('tries a job again, gives it up at last, and goes on with the next', async () => {
    const tries: string[] = [];
    const givenUp: string[] = [];
    const queue = createInProcessJobQueue({
      async handle({ deduplicationId: id }) {
        tries.push(id);
        if (id === 'bad' || (id === 'late' && tries.filter((t) => t === id).length < 3)) throw new Error(id);
      },
      onGivenUp: ({ deduplicationId }) => givenUp.push(deduplicationId),
      maxAttempts: 4,
      wait,
    });
    for (const id of ['late', 'bad', 'good']) await queue.send(job(id, 'g'));
    await queue.idle();
    expect(tries).toEqual(['late', 'late', 'late', 'bad', 'bad', 'bad', 'bad', 'good']);
    expect(givenUp).toEqual(['bad']);
  });
});
