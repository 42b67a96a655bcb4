import { createFakeClock, createMemoryItemStore } from '@hitl/testing';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createUnsteadyStore, type Trouble } from '../test/unsteady-store.ts';
import { createRateLimiter } from './create-rate-limiter.ts';

/** The most that was granted in any window of that length. */
function most(grants: readonly { readonly atMs: number; readonly cost: number }[], windowMs: number): number {
  return Math.max(
    0,
    ...grants.map((first) =>
      grants
        .filter(({ atMs }) => atMs >= first.atMs && atMs < first.atMs + windowMs)
        .reduce((sum, { cost }) => sum + cost, 0),
    ),
  );
}

const trouble: fc.Arbitrary<Trouble> = fc.oneof(
  { weight: 6, arbitrary: fc.constant<Trouble>('none') },
  { weight: 1, arbitrary: fc.constant<Trouble>('lose_request') },
  { weight: 1, arbitrary: fc.constant<Trouble>('lose_answer') },
  { weight: 1, arbitrary: fc.record({ takesMs: fc.integer({ min: 0, max: 4000 }) }) },
);

describe('the rate limiter', () => {
  it('never grants more than the tier in any window, however many take, fail, lag and race', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 12 }),
        fc.constantFrom(1000, 60_000),
        fc.array(
          fc.record({
            pauseMs: fc.integer({ min: 0, max: 30_000 }),
            takers: fc.array(
              fc.record({ process: fc.integer({ min: 0, max: 3 }), cost: fc.integer({ min: 1, max: 3 }) }),
              { minLength: 1, maxLength: 8 },
            ),
          }),
          { minLength: 1, maxLength: 12 },
        ),
        fc.array(trouble, { minLength: 1, maxLength: 60 }),
        async (limit, windowMs, rounds, troubles) => {
          const clock = createFakeClock();
          let asked = 0;
          const store = createUnsteadyStore(createMemoryItemStore({ clock }), clock, () => {
            asked += 1;
            return troubles[asked % troubles.length] ?? 'none';
          });
          const processes = Array.from({ length: 4 }, () =>
            createRateLimiter(store, { clock, sleep: async () => {} }),
          );
          const grants: { atMs: number; cost: number }[] = [];
          for (const { pauseMs, takers } of rounds) {
            clock.advance(pauseMs % (windowMs / 2));
            await Promise.all(
              takers.map(async ({ process, cost }) => {
                const taken = Math.min(cost, limit);
                const result = await processes[process]?.take('k', { limit, windowMs }, taken);
                if (result?.isGranted === true) grants.push({ atMs: clock.now(), cost: taken });
              }),
            );
          }
          expect(most(grants, windowMs)).toBeLessThanOrEqual(limit);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('grants the whole tier in each window to takers that come back when they were told', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 60 }),
        fc.integer({ min: 2, max: 5 }),
        async (limit, windows) => {
          const clock = createFakeClock();
          const store = createMemoryItemStore({ clock });
          const limiter = createRateLimiter(store, { clock, marginMs: 1000 });
          const startMs = clock.now();
          let granted = 0;
          while (clock.now() < startMs + windows * 62_000) {
            const result = await limiter.take('k', { limit });
            if (result.isGranted) granted += 1;
            else clock.advance(result.retryAfterMs);
          }
          // 60 s, the margin, and at most one sixtieth because grants count from the end of their part.
          expect(granted).toBeGreaterThanOrEqual(windows * limit);
        },
      ),
      { numRuns: 40 },
    );
  });
});
