import type { Clock } from '@hitl/core';

export interface FakeClock extends Clock {
  /** Moves time on by `ms` milliseconds. */
  advance(ms: number): void;
}

/** A clock that stands still until it is moved. `startIso` is an ISO time. */
export function createFakeClock(startIso = '2026-11-23T09:00:00.000Z'): FakeClock {
  let now = Date.parse(startIso);
  if (Number.isNaN(now)) throw new RangeError(`"${startIso}" is not an ISO time`);
  return {
    now: () => now,
    advance(ms) {
      now += ms;
    },
  };
}
