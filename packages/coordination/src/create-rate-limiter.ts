import {
  type Clock,
  createKeyedMutex,
  HitlError,
  InvalidInputError,
  type ItemStore,
  type StoredItem,
  systemClock,
} from '@hitl/core';
import { emptyRateLog, grantFrom, type RateLog, rateLogSchema } from './rate-log.ts';
import { sleep as realSleep, type Sleep } from './sleep.ts';

/** At most `limit` in any `windowMs`, however the takers are spread over processes. */
export interface RateRule {
  /** What the other side allows, e.g. 50. */
  readonly limit: number;
  /** Default 60,000: per minute. */
  readonly windowMs?: number;
}

export type TakeResult =
  | { readonly isGranted: true }
  | {
      readonly isGranted: false;
      /** After this it is worth asking again; it promises nothing. */
      readonly retryAfterMs: number;
      /** `limit`: all is used or a pause is on. `contended`: others were faster each time. `unavailable`: the store is away. */
      readonly reason: 'limit' | 'contended' | 'unavailable';
    };

export interface RateLimiter {
  /** Never throws for what the store does: what can't be counted is not granted. @throws InvalidInputError for a rule or cost that could never be granted. */
  take(key: string, rule: RateRule, cost?: number): Promise<TakeResult>;
  /** Takes as soon as it may, at most `maxWaitMs` from now. False when the time is over or `signal` aborts. */
  takeWhenFree(
    key: string,
    rule: RateRule,
    options: { readonly maxWaitMs: number; readonly signal?: AbortSignal; readonly cost?: number },
  ): Promise<boolean>;
  /** Nobody is granted anything under `key` for `ms`: what a `Retry-After` of the other side asks for. False when it could not be stored. */
  pause(key: string, ms: number): Promise<boolean>;
}

export interface RateLimiterOptions {
  readonly clock?: Clock;
  /**
   * Added to every window: what clocks of different machines may differ, and what the store and the granted request may take on
   * their way, so that the other side never counts more in its window than we do in ours. Default 1,000.
   */
  readonly marginMs?: number;
  readonly sleep?: Sleep;
}

const maximumAttempts = 8;
const unavailableRetryMs = 1000;
/** Keys whose newest log this process remembers, to begin with a write instead of a read. */
const maximumRemembered = 1000;

/** A sliding window per key, counted in an `ItemStore` by compare-and-set. */
export function createRateLimiter(store: ItemStore, options: RateLimiterOptions = {}): RateLimiter {
  const { clock = systemClock, marginMs = 1000, sleep = realSleep } = options;
  const mutex = createKeyedMutex();
  const remembered = new Map<string, StoredItem | undefined>();

  function remember(key: string, item: StoredItem | undefined): void {
    if (remembered.size >= maximumRemembered) remembered.clear();
    remembered.set(key, item);
  }

  /** Changes the log of a key, or gives up with a reason. `change` decides anew on every version it is given. */
  async function changeLog(
    key: string,
    change: (log: RateLog, nowMs: number) => { readonly log: RateLog } | { readonly retryAfterMs: number },
  ): Promise<TakeResult> {
    const itemKey = `rate:${key}`;
    for (let attempt = 0; attempt < maximumAttempts; attempt += 1) {
      const isGuess = attempt === 0 && remembered.has(itemKey);
      const item = isGuess ? remembered.get(itemKey) : await store.get(itemKey);
      if (!isGuess) remember(itemKey, item);
      // A log only grows until its time is over: what an older one refuses the newest refuses too.
      const nowMs = clock.now();
      const changed = change(item === undefined ? emptyRateLog : rateLogSchema.parse(item.value), nowMs);
      if ('retryAfterMs' in changed)
        return { isGranted: false, retryAfterMs: changed.retryAfterMs, reason: 'limit' };
      const version = await store.put(itemKey, changed.log, {
        ifVersion: item?.version ?? 'absent',
        ttlSeconds: Math.ceil((changed.log.keep_until_ms - nowMs) / 1000) + 1,
      });
      if (version !== undefined) {
        remember(itemKey, { value: changed.log, version });
        // A grant that comes later than the margin covers would be used in a window in which it is not counted.
        if (clock.now() - nowMs <= marginMs) return { isGranted: true };
        return { isGranted: false, retryAfterMs: 0, reason: 'unavailable' };
      }
      remembered.delete(itemKey);
      if (attempt > 0) await sleep(Math.random() * 10 * 2 ** Math.min(attempt, 5));
    }
    return { isGranted: false, retryAfterMs: 100 + Math.floor(Math.random() * 200), reason: 'contended' };
  }

  /** One taker of this process at a time per key: it would only race itself. */
  function changeInTurn(...[key, ...rest]: Parameters<typeof changeLog>): Promise<TakeResult> {
    return mutex(key, () => changeLog(key, ...rest)).catch((error: unknown): TakeResult => {
      remembered.delete(`rate:${key}`);
      if (error instanceof InvalidInputError) throw error;
      const isPassing = error instanceof HitlError && error.isRetryable;
      return {
        isGranted: false,
        retryAfterMs: isPassing ? unavailableRetryMs : 10 * unavailableRetryMs,
        reason: 'unavailable',
      };
    });
  }

  async function take(key: string, rule: RateRule, cost = 1): Promise<TakeResult> {
    const { limit, windowMs = 60_000 } = rule;
    const isPossible = limit > 0 && windowMs > 0 && cost > 0 && cost <= limit;
    if (!isPossible)
      throw new InvalidInputError(`a cost of ${cost} can never be granted under ${limit} in ${windowMs} ms`);
    const wholeMs = windowMs + marginMs;
    return changeInTurn(key, (log, nowMs) => grantFrom(log, { nowMs, windowMs: wholeMs, limit, cost }));
  }

  return {
    take,
    async takeWhenFree(key, rule, { maxWaitMs, signal, cost }) {
      const deadlineMs = clock.now() + maxWaitMs;
      while (signal?.aborted !== true) {
        const result = await take(key, rule, cost);
        if (result.isGranted) return true;
        if (clock.now() + result.retryAfterMs > deadlineMs) return false;
        await sleep(Math.max(1, result.retryAfterMs), signal);
      }
      return false;
    },
    async pause(key, ms) {
      const untilMs = clock.now() + ms;
      const result = await changeInTurn(key, (log) => ({
        log: {
          ...log,
          paused_until_ms: Math.max(log.paused_until_ms, untilMs),
          keep_until_ms: Math.max(log.keep_until_ms, untilMs),
        },
      }));
      return result.isGranted;
    },
  };
}
