import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { planStepTime } from '../src/index.ts';

describe('the time of a step', () => {
  it('leaves time after the stop, a grace within it, and as long again for what is begun last', () => {
    fc.assert(
      fc.property(fc.integer({ min: 2000, max: 900_000 }), (remainingMs) => {
        const { stopAfterMs, graceMs, budgetMs } = planStepTime(remainingMs);
        expect(stopAfterMs + graceMs).toBeLessThan(remainingMs - 900);
        expect(budgetMs * 2).toBeLessThanOrEqual(stopAfterMs);
      }),
    );
  });

  it('is 24 seconds of a function that has 30, half of them for beginning something', () => {
    expect(planStepTime(30_000)).toEqual({ stopAfterMs: 24_000, graceMs: 2000, budgetMs: 12_000 });
  });

  it('is nothing where nothing is left, and bounded where nothing bounds it', () => {
    expect(planStepTime(100)).toMatchObject({ stopAfterMs: 0, budgetMs: 0 });
    expect(planStepTime(Number.MAX_SAFE_INTEGER).stopAfterMs).toBeLessThan(2 ** 31);
  });
});
