import { type ItemStore, UnavailableError } from '@hitl/core';
import { createFakeClock, createMemoryItemStore, type FakeClock } from '@hitl/testing';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createUnsteadyStore, type Trouble } from '../test/unsteady-store.ts';
import { createLease, type LeaseHold } from './create-lease.ts';

const ttl = { ttlMs: 10_000 };

function open(nextTrouble: () => Trouble = () => 'none') {
  const clock: FakeClock = createFakeClock();
  const store: ItemStore = createUnsteadyStore(createMemoryItemStore({ clock }), clock, nextTrouble);
  return { clock, store, lease: createLease(store, { clock }) };
}

describe('a lease', () => {
  it('has one holder of those that race for it, and the next one when it is released', async () => {
    const { lease } = open();
    const holds = (await Promise.all(Array.from({ length: 10 }, () => lease.acquire('token', ttl)))).filter(
      (hold) => hold !== undefined,
    );
    expect(holds).toHaveLength(1);
    expect(await lease.acquire('token', ttl)).toBeUndefined();
    expect(await lease.acquire('another', ttl)).toBeDefined();
    await holds[0]?.release();
    await holds[0]?.release();
    const next = await lease.acquire('token', ttl);
    expect(next?.fence).toBeGreaterThan(Number(holds[0]?.fence));
  });

  it('lasts as long as it is renewed, and ends by itself when its holder dies', async () => {
    const { lease, clock } = open();
    const hold = await lease.acquire('token', ttl);
    for (let i = 0; i < 3; i += 1) {
      clock.advance(9000);
      expect(await hold?.renew()).toBe(true);
      expect(hold?.expiresAtMs()).toBe(clock.now() + 10_000);
      expect(await lease.acquire('token', ttl)).toBeUndefined();
    }
    clock.advance(10_000);
    const next = await lease.acquire('token', ttl);
    expect(next?.fence).toBeGreaterThan(Number(hold?.fence));
    // The old holder wakes up: it learns that it lost, and can't throw the new one out.
    expect(await hold?.renew()).toBe(false);
    await hold?.release();
    expect(await lease.acquire('token', ttl)).toBeUndefined();
    expect(await next?.renew()).toBe(true);
  });

  it('stays ours when the answer to a renewal was lost', async () => {
    const troubles: Trouble[] = [];
    const { lease } = open(() => troubles.shift() ?? 'none');
    const hold = await lease.acquire('token', ttl);
    troubles.push('lose_answer');
    await expect(hold?.renew()).rejects.toBeInstanceOf(UnavailableError);
    expect(await hold?.renew()).toBe(true);
    troubles.push('lose_answer');
    await expect(hold?.renew()).rejects.toBeInstanceOf(UnavailableError);
    await hold?.release();
    expect(await lease.acquire('token', ttl)).toBeDefined();
  });

  it('never has two holders at once, and its fences only grow, whatever the store does', async () => {
    const act = fc.record({
      holder: fc.integer({ min: 0, max: 3 }),
      what: fc.constantFrom('acquire', 'renew', 'release', 'wait'),
      ms: fc.integer({ min: 0, max: 9000 }),
      trouble: fc.constantFrom<Trouble>('none', 'none', 'none', 'lose_request', 'lose_answer'),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 60 }), async (acts) => {
        let trouble: Trouble = 'none';
        const { lease, clock } = open(() => trouble);
        const holds = new Map<number, LeaseHold>();
        let lastFence = 0;
        for (const step of acts) {
          trouble = step.trouble;
          const hold = holds.get(step.holder);
          if (step.what === 'wait') clock.advance(step.ms);
          else if (step.what === 'acquire' && hold === undefined) {
            const acquired = await lease.acquire('token', ttl).catch(() => undefined);
            if (acquired !== undefined) {
              expect(acquired.fence).toBeGreaterThan(lastFence);
              lastFence = acquired.fence;
              holds.set(step.holder, acquired);
            }
          } else if (step.what === 'renew') {
            if ((await hold?.renew().catch(() => true)) === false) holds.delete(step.holder);
          } else if (step.what === 'release') {
            holds.delete(step.holder);
            await hold?.release().catch(() => {});
          }
          const holding = [...holds.values()].filter((each) => each.expiresAtMs() > clock.now());
          expect(holding.length).toBeLessThanOrEqual(1);
        }
      }),
      { numRuns: 200 },
    );
  });
});
