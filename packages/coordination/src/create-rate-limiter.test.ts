import { InvalidInputError, type ItemStore, UnavailableError } from '@hitl/core';
import { createFakeClock, createMemoryItemStore } from '@hitl/testing';
import { describe, expect, it } from '@jest/globals';
import { createRateLimiter } from './create-rate-limiter.ts';

const perMinute = { limit: 2 };

function open(change: (store: ItemStore) => ItemStore = (store) => store) {
  const clock = createFakeClock();
  const store = change(createMemoryItemStore({ clock }));
  const sleep = async (ms: number): Promise<void> => clock.advance(ms);
  return { clock, store, sleep, limiter: createRateLimiter(store, { clock, sleep }) };
}

describe('the rate limiter', () => {
  it('says when it is worth coming back', async () => {
    const { limiter, clock } = open();
    expect(await limiter.take('post', perMinute)).toEqual({ isGranted: true });
    clock.advance(20_000);
    expect(await limiter.take('post', perMinute)).toEqual({ isGranted: true });
    expect(await limiter.take('post', perMinute)).toMatchObject({ isGranted: false, reason: 'limit' });
    const refused = await limiter.take('post', perMinute, 2);
    if (refused.isGranted) throw new Error('unreachable');
    clock.advance(refused.retryAfterMs - 1);
    expect(await limiter.take('post', perMinute, 2)).toMatchObject({ isGranted: false, retryAfterMs: 1 });
    clock.advance(1);
    expect(await limiter.take('post', perMinute, 2)).toEqual({ isGranted: true });
  });

  it('counts keys apart, and one key for all processes', async () => {
    const { limiter, clock, store } = open();
    const other = createRateLimiter(store, { clock });
    for (const each of [limiter, other]) expect((await each.take('a', perMinute)).isGranted).toBe(true);
    for (const each of [limiter, other]) expect((await each.take('a', perMinute)).isGranted).toBe(false);
    expect((await other.take('b', perMinute)).isGranted).toBe(true);
  });

  it('holds everybody while the other side has asked for a pause, and forgets no grant over it', async () => {
    const { limiter, clock, store } = open();
    const other = createRateLimiter(store, { clock });
    const rule = { limit: 2, windowMs: 3_600_000 };
    for (let i = 0; i < 2; i += 1) await other.take('post', rule);
    expect(await limiter.pause('post', 30_000)).toBe(true);
    clock.advance(60_000);
    expect(await other.take('post', rule)).toMatchObject({ isGranted: false, reason: 'limit' });
    expect(await limiter.pause('other', 30_000)).toBe(true);
    expect(await other.take('other', rule)).toMatchObject({ isGranted: false, retryAfterMs: 30_000 });
    clock.advance(30_000);
    expect((await other.take('other', rule)).isGranted).toBe(true);
  });

  it('waits for its turn as long as it may, and no longer', async () => {
    const { limiter } = open();
    for (let i = 0; i < 2; i += 1) await limiter.take('post', perMinute);
    expect(await limiter.takeWhenFree('post', perMinute, { maxWaitMs: 10_000 })).toBe(false);
    expect(await limiter.takeWhenFree('post', perMinute, { maxWaitMs: 70_000 })).toBe(true);
    const gone = { maxWaitMs: 70_000, signal: AbortSignal.abort() };
    expect(await limiter.takeWhenFree('post', perMinute, gone)).toBe(false);
  });

  it('grants nothing while the store is away, holds what it does not know, or always has a faster one', async () => {
    const refusing = (put: ItemStore['put']) => open((store) => ({ ...store, put })).limiter;
    const away = refusing(async () => Promise.reject(new UnavailableError('away')));
    expect(await away.take('k', perMinute)).toMatchObject({ isGranted: false, reason: 'unavailable' });
    expect(await away.pause('k', 1000)).toBe(false);
    const slower = refusing(async () => undefined);
    expect(await slower.take('k', perMinute)).toMatchObject({ isGranted: false, reason: 'contended' });
    const { limiter, store } = open();
    await store.put('rate:k', { something: 'else' }, { ifVersion: 'any' });
    expect(await limiter.take('k', perMinute)).toMatchObject({ isGranted: false, reason: 'unavailable' });
  });

  it('refuses what could never be granted', async () => {
    const { limiter } = open();
    for (const [rule, cost] of [
      [{ limit: 2 }, 3],
      [{ limit: 0 }, 1],
      [{ limit: 2 }, 0],
      [{ limit: Number.NaN }, 1],
      [{ limit: 2, windowMs: 0 }, 1],
    ] as const)
      await expect(limiter.take('k', rule, cost)).rejects.toBeInstanceOf(InvalidInputError);
  });
});
