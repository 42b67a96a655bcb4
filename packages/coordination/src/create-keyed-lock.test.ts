import { type ItemStore, UnavailableError } from '@hitl/core';
import { createFakeClock, createMemoryItemStore } from '@hitl/testing';
import { describe, expect, it } from '@jest/globals';
import { createKeyedLock } from './create-keyed-lock.ts';
import { createLease } from './create-lease.ts';

/** Time moves when somebody sleeps; whoever only waits for an abort wakes by that. */
function open(change: (store: ItemStore) => ItemStore = (store) => store) {
  const clock = createFakeClock();
  const store = change(createMemoryItemStore({ clock }));
  const sleep = async (ms: number, signal?: AbortSignal): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve));
    if (signal?.aborted !== true) clock.advance(ms);
  };
  const lock = () => createKeyedLock(store, { clock, sleep, ttlMs: 9000, maxWaitMs: 60_000 });
  return { clock, store, sleep, lock };
}

describe('a keyed lock', () => {
  it('runs work on one key one after the other, over several processes, and lets failures through', async () => {
    const { lock } = open();
    const processes = [lock(), lock(), lock()];
    let running = 0;
    const ended: number[] = [];
    const results = await Promise.allSettled(
      Array.from({ length: 9 }, (_, i) =>
        processes[i % 3]?.('user-1', async () => {
          running += 1;
          expect(running).toBe(1);
          await new Promise((resolve) => setImmediate(resolve));
          running -= 1;
          ended.push(i);
          if (i === 4) throw new TypeError('broken work');
          return i;
        }),
      ),
    );
    expect(ended).toHaveLength(9);
    expect(results[4]).toMatchObject({ status: 'rejected', reason: { message: 'broken work' } });
    expect(results[5]).toEqual({ status: 'fulfilled', value: 5 });
  });

  it('does not make work on one key wait for work on another', async () => {
    const { lock } = open();
    const first = lock();
    const inner = await first('a', () => first('b', async () => 'done'));
    expect(inner).toBe('done');
  });

  it('holds on while long work goes on, and gives up waiting in time without having begun', async () => {
    const { lock, clock } = open();
    const { promise: end, resolve: finish } = Promise.withResolvers<void>();
    const startedAtMs = clock.now();
    const long = lock()('user-1', async ({ signal }) => {
      await end;
      return signal.aborted;
    });
    let hasBegun = false;
    await expect(
      lock()('user-1', async () => {
        hasBegun = true;
      }),
    ).rejects.toBeInstanceOf(UnavailableError);
    expect(hasBegun).toBe(false);
    expect(clock.now() - startedAtMs).toBeGreaterThan(60_000);
    finish();
    expect(await long).toBe(false);
    expect(await lock()('user-1', async () => 'mine')).toBe('mine');
  });

  it('tells the work when the lock was lost, and keeps its result', async () => {
    let isAway = false;
    const { lock } = open((store) => ({
      ...store,
      put: async (...args) => {
        if (isAway) throw new UnavailableError('away');
        return store.put(...args);
      },
    }));
    const result = await lock()('user-1', async ({ signal }) => {
      isAway = true;
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
      return 'stopped in good order';
    });
    expect(result).toBe('stopped in good order');
  });

  it('begins nothing while the store is away, and goes on after a process that died', async () => {
    const away = open((store) => ({
      ...store,
      get: async () => Promise.reject(new UnavailableError('away')),
    }));
    await expect(away.lock()('user-1', async () => 'begun')).rejects.toBeInstanceOf(UnavailableError);
    const { lock, store, clock } = open();
    await createLease(store, { clock }).acquire('user-1', { ttlMs: 9000 });
    expect(await lock()('user-1', async () => 'after it')).toBe('after it');
  });
});
