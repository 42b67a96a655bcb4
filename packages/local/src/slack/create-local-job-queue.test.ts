import { type JsonObject, systemClock, UnavailableError } from '@hitl/core';
import { createMemoryItemStore } from '@hitl/testing';
import { describe, expect, it } from '@jest/globals';
import { createLocalJobQueue } from './create-local-job-queue.ts';

const logger = { warn() {}, error() {} };
const job = (group: string, id: string) => ({ group, deduplicationId: id, body: { id } });

describe('the queue of a local stack', () => {
  it('does jobs of a group in order, side by side with other groups, each once', async () => {
    const queue = createLocalJobQueue({ items: createMemoryItemStore(), clock: systemClock, logger });
    const done: unknown[] = [];
    const held = Promise.withResolvers<void>();
    await queue.start(async ({ id }) => {
      if (id === 'a1') await held.promise;
      done.push(id);
      if (id === 'b1') held.resolve();
    });
    await Promise.all([job('a', 'a1'), job('a', 'a2'), job('a', 'a1')].map((each) => queue.send(each)));
    // The first group waits for the second: were they not side by side, nothing would end.
    await queue.send(job('b', 'b1'));
    await queue.idle();
    expect(done).toEqual(['b1', 'a1', 'a2']);
    expect(queue.isIdle()).toBe(true);
    await queue.close();
  });

  it('tries a job again, and holds back what comes after it in its group', async () => {
    const queue = createLocalJobQueue({ items: createMemoryItemStore(), clock: systemClock, logger });
    const tried: unknown[] = [];
    await queue.start(async ({ id }) => {
      tried.push(id);
      if (tried.length === 1) throw new UnavailableError('not now');
    });
    await queue.send(job('a', 'a1'));
    await queue.send(job('a', 'a2'));
    await queue.idle();
    expect(tried).toEqual(['a1', 'a1', 'a2']);
    await queue.close();
  });

  it('leaves what was not done to the next process, in the same order', async () => {
    const items = createMemoryItemStore();
    const first = createLocalJobQueue({ items, clock: systemClock, logger });
    const begun = Promise.withResolvers<void>();
    await first.start(async (_body, signal) => {
      begun.resolve();
      await new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new UnavailableError('stopped')));
      });
    });
    for (const id of ['a1', 'a2', 'a3']) await first.send(job('a', id));
    await begun.promise;
    await first.close();

    const second = createLocalJobQueue({ items, clock: systemClock, logger });
    const done: JsonObject[] = [];
    await second.start(async (body) => void done.push(body));
    await second.idle();
    expect(done).toEqual([{ id: 'a1' }, { id: 'a2' }, { id: 'a3' }]);
    // Done is done, for a third process too.
    const third = createLocalJobQueue({ items, clock: systemClock, logger });
    await third.start(async (body) => void done.push(body));
    await third.idle();
    expect(done).toHaveLength(3);
  });
});
