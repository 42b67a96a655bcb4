import {
  type Clock,
  createKeyedMutex,
  type IdGenerator,
  type ItemStore,
  systemClock,
  UnavailableError,
} from '@hitl/core';
import { createLease, type LeaseHold } from './create-lease.ts';
import { sleep as realSleep, type Sleep } from './sleep.ts';

export interface KeyedLockOptions {
  readonly clock?: Clock;
  readonly ids?: Pick<IdGenerator, 'next'>;
  /** After this the work of a process that died no longer holds others up; default 30 s. Renewed while work goes on. */
  readonly ttlMs?: number;
  /** How long to wait for earlier work; default 60 s. */
  readonly maxWaitMs?: number;
  readonly sleep?: Sleep;
}

export interface HeldLock {
  readonly fence: number;
  /** Aborted when the lock was lost: stop, and begin nothing new under it. */
  readonly signal: AbortSignal;
}

/**
 * Runs work on one key after all other work on that key, over all processes that share the store.
 * @throws UnavailableError when the lock can't be had in time or the store does not answer; the work was not begun then.
 */
export type KeyedLock = <T>(key: string, work: (held: HeldLock) => Promise<T>) => Promise<T>;

const firstPauseMs = 25;
const longestPauseMs = 500;

export function createKeyedLock(store: ItemStore, options: KeyedLockOptions = {}): KeyedLock {
  const { clock = systemClock, ttlMs = 30_000, maxWaitMs = 60_000, sleep = realSleep } = options;
  const lease = createLease(store, { clock, ...(options.ids === undefined ? {} : { ids: options.ids }) });
  // Work within this process takes turns here, so that only one of it asks the store.
  const mutex = createKeyedMutex();

  async function acquire(key: string, deadlineMs: number): Promise<LeaseHold> {
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 2, longestPauseMs)) {
      if (clock.now() > deadlineMs)
        throw new UnavailableError('other work on the same thing has not ended in time; try again later');
      const hold = await lease.acquire(key, { ttlMs });
      if (hold !== undefined) return hold;
      await sleep(pauseMs * (0.5 + Math.random() / 2));
    }
  }

  /** Ends when `done` aborts or the lease is gone; `lost` is aborted then. */
  async function keepRenewed(hold: LeaseHold, done: AbortSignal, lost: AbortController): Promise<void> {
    while (!done.aborted) {
      await sleep(ttlMs / 3, done);
      if (done.aborted) return;
      const isOurs = await hold.renew().catch(() => clock.now() < hold.expiresAtMs());
      if (isOurs) continue;
      lost.abort(new UnavailableError('the lock was lost while the work went on'));
      return;
    }
  }

  return (key, work) => {
    const deadlineMs = clock.now() + maxWaitMs;
    return mutex(key, async () => {
      const hold = await acquire(key, deadlineMs);
      const done = new AbortController();
      const lost = new AbortController();
      const renewing = keepRenewed(hold, done.signal, lost);
      try {
        return await work({ fence: hold.fence, signal: lost.signal });
      } finally {
        done.abort();
        await renewing;
        // What is not released ends by itself; the work is done, and its result must not be lost over this.
        await hold.release().catch(() => {});
      }
    });
  };
}
