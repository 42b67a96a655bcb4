import type { ItemStore } from '@hitl/core';
import { createFakeClock } from '@hitl/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createDynamoItemStore } from '../../aws/src/dynamodb/dynamo-item-store.ts';
import { type RunningDynalite, startDynalite } from '../../aws/test/start-dynalite.ts';
import { createKeyedLock } from './create-keyed-lock.ts';
import { createRateLimiter } from './create-rate-limiter.ts';

let dynalite: RunningDynalite;
const clients: ReturnType<RunningDynalite['connect']>[] = [];
const clock = createFakeClock();
/** One store per worker, each with a connection of its own. */
const stores: ItemStore[] = [];

beforeAll(async () => {
  dynalite = await startDynalite();
  for (let i = 0; i < 5; i += 1) clients.push(dynalite.connect());
  const [first] = clients;
  if (first === undefined) throw new Error('unreachable');
  const tableName = (await dynalite.createTables(first)).coordination;
  for (const client of clients) stores.push(createDynamoItemStore({ client, tableName, clock }));
});
afterAll(async () => {
  for (const client of clients) client.destroy();
  await dynalite.close();
});

describe('workers that share a table', () => {
  it('share a tier to the last call, and no call more', async () => {
    const limiters = stores.map((store) => createRateLimiter(store, { clock }));
    const rule = { limit: 30 };
    let granted = 0;
    // Whoever is told that others were faster comes back.
    const takeOne = async (worker: number): Promise<void> => {
      for (;;) {
        const result = await limiters[worker]?.take('slack:T1:chat.postMessage', rule);
        if (result?.isGranted === true) granted += 1;
        else if (result?.reason === 'contended') continue;
        return;
      }
    };
    await Promise.all(Array.from({ length: 60 }, (_, i) => takeOne(i % limiters.length)));
    expect(granted).toBe(30);
    clock.advance(63_000);
    await Promise.all(Array.from({ length: 60 }, (_, i) => takeOne(i % limiters.length)));
    expect(granted).toBe(60);
  });

  it('work on one thing one after the other', async () => {
    const sleep = () => new Promise<void>((resolve) => setImmediate(resolve));
    const locks = stores.map((store) => createKeyedLock(store, { clock, sleep }));
    let running = 0;
    let lastFence = 0;
    let done = 0;
    await Promise.all(
      Array.from({ length: 10 }, (_, i) =>
        locks[i % locks.length]?.('google-user-1', async ({ fence }) => {
          running += 1;
          expect(running).toBe(1);
          expect(fence).toBeGreaterThan(lastFence);
          lastFence = fence;
          await sleep();
          running -= 1;
          done += 1;
        }),
      ),
    );
    expect(done).toBe(10);
  });
});
