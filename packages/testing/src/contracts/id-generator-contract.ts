import type { Clock, IdGenerator } from '@hitl/core';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createFakeClock } from '../fake-clock.ts';

/** `create` receives the clock that the ids must sort by. */
export function describeIdGeneratorContract(
  name: string,
  create: (clock: Clock) => IdGenerator,
  /** Test doubles count; what runs must not be guessed. */
  { isUnguessable = true }: { readonly isUnguessable?: boolean } = {},
): void {
  describe(`${name} keeps the IdGenerator contract`, () => {
    it('begins every id with its prefix, and uses no character that a URL or a key would have to escape', () => {
      const ids = create(createFakeClock());
      for (const prefix of ['run', 'apr', 'vote', 'ab', 'abcdefgh'])
        expect(ids.next(prefix)).toMatch(new RegExp(`^${prefix}_[0-9a-z]+$`));
    });

    it('sorts by the time of making, as plain text', () => {
      fc.assert(
        fc.property(
          fc.array(fc.integer({ min: 1, max: 2 ** 40 }), { minLength: 2, maxLength: 20 }),
          (gaps) => {
            const clock = createFakeClock();
            const generator = create(clock);
            const ids = gaps.map((gap) => {
              clock.advance(gap);
              return generator.next('run');
            });
            expect([...ids].sort()).toEqual(ids);
            expect(new Set(ids.map((id) => id.length)).size).toBe(1);
          },
        ),
      );
    });

    it('never makes the same id twice, not even in one millisecond', () => {
      const generator = create(createFakeClock());
      const ids = Array.from({ length: 10_000 }, () => generator.next('run'));
      expect(new Set(ids).size).toBe(ids.length);
    });

    if (isUnguessable) {
      it('makes ids that nobody can foresee who knows the time and the ids before', () => {
        const clock = createFakeClock();
        const [one, other] = [create(clock), create(clock)];
        const tails = Array.from({ length: 2000 }, (_, i) =>
          (i % 2 === 0 ? one : other).next('run').slice(14),
        );
        // 80 bits at least: 16 characters of 32.
        expect(tails.every((tail) => tail.length >= 16)).toBe(true);
        // Each place takes each of the 32 letters about as often: expected 62.5 times, off by more than 45 once in a billion.
        for (let place = 0; place < 16; place += 1) {
          const counts = new Map<string, number>();
          for (const tail of tails) counts.set(tail.charAt(place), (counts.get(tail.charAt(place)) ?? 0) + 1);
          expect(counts.size).toBe(32);
          for (const count of counts.values()) expect(Math.abs(count - 62.5)).toBeLessThan(60);
        }
      });
    }
  });
}
