import { describe, expect, it } from '@jest/globals';
import { createIdGenerator } from './new-id.ts';
import { isoNow, systemClock } from './ports/clock.ts';

describe('an id', () => {
  it('carries its millisecond in front and 16 random letters of Crockford’s alphabet behind', () => {
    const at = (iso: string) => createIdGenerator({ now: () => Date.parse(iso) }).next('run');
    expect(at('1970-01-01T00:00:00.000Z')).toMatch(/^run_0000000000[0-9a-hjkmnp-tv-z]{16}$/);
    expect(at('1970-01-01T00:00:00.033Z').slice(4, 14)).toBe('0000000011');
    expect(at('2026-11-23T09:00:00.000Z') < at('2026-11-23T09:00:00.001Z')).toBe(true);
    expect(at('2026-11-23T09:00:00.000Z') < at('2999-01-01T00:00:00.000Z')).toBe(true);
  });

  it('can’t be had from the time: two generators at one instant agree on nothing behind it', () => {
    const clock = { now: () => 0 };
    const [one, other] = [createIdGenerator(clock).next('run'), createIdGenerator(clock).next('run')];
    expect(one.slice(0, 14)).toBe(other.slice(0, 14));
    expect(one.slice(14)).not.toBe(other.slice(14));
  });
});

describe('the system’s clock', () => {
  it('tells milliseconds since 1970 and writes them as ISO time in UTC', () => {
    const before = Date.now();
    const now = systemClock.now();
    expect(now).toBeGreaterThanOrEqual(before);
    expect(Number.isInteger(now)).toBe(true);
    expect(isoNow({ now: () => 1_795_424_400_000 })).toBe(new Date(1_795_424_400_000).toISOString());
  });
});
