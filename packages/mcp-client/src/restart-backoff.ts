import type { Clock } from '@hitl/core';

export interface RestartOptions {
  /** The first restart is immediate; from the second failure in a row on, this doubles up to `maxDelayMs`. */
  readonly baseDelayMs: number;
  readonly maxDelayMs: number;
  /** A connection that lived this long clears the count of failures. */
  readonly stableMs: number;
}

/** Counts failures in a row, so that a server that keeps failing is not started again and again by every request. */
export interface RestartBackoff {
  noteFailure(reason: string): void;
  noteEnd(openedAtMs: number, reason: string): void;
  reset(): void;
  /** Why no attempt may be made now; `undefined` when one may. */
  refusal(): string | undefined;
}

export function createRestartBackoff(clock: Clock, options: RestartOptions): RestartBackoff {
  let failures = 0;
  let lastReason = '';
  let nextAttemptAtMs = 0;

  function noteFailure(reason: string): void {
    failures += 1;
    lastReason = reason;
    const doubled = options.baseDelayMs * 2 ** (failures - 2);
    nextAttemptAtMs = clock.now() + (failures < 2 ? 0 : Math.min(doubled, options.maxDelayMs));
  }

  return {
    noteFailure,
    noteEnd(openedAtMs, reason) {
      if (clock.now() - openedAtMs >= options.stableMs) failures = 0;
      noteFailure(reason);
    },
    reset() {
      failures = 0;
      nextAttemptAtMs = 0;
    },
    refusal() {
      const waitMs = nextAttemptAtMs - clock.now();
      if (waitMs <= 0) return undefined;
      return `${lastReason} (failed ${failures} times, next attempt in ${waitMs} ms)`;
    },
  };
}
