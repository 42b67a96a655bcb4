import { type Clock, createIdGenerator, type IdGenerator, type ItemStore, systemClock } from '@hitl/core';

export interface LeaseOptions {
  readonly clock?: Clock;
  readonly ids?: Pick<IdGenerator, 'next'>;
}

/** One holding of a lease. It is over when it was released, when it was lost, or when its time ran out unrenewed. */
export interface LeaseHold {
  readonly key: string;
  /** Unique for each holding. */
  readonly owner: string;
  /**
   * Greater than that of every earlier holding of the same key. Whoever is written to under the lease refuses a smaller one than
   * it has seen: a holder that was paused beyond its time can't know that it lost the lease.
   */
  readonly fence: number;
  /** Epoch milliseconds, by our own clock; moved on by `renew`. Nothing may be done under the lease after this. */
  expiresAtMs(): number;
  /** False when the lease is lost for good. @throws UnavailableError when that can't be known now; it may be renewed again. */
  renew(): Promise<boolean>;
  /** Lets the next one in. Idempotent; of a lost lease it is nothing. */
  release(): Promise<void>;
}

export interface Lease {
  /** `undefined` when somebody else holds it. @throws UnavailableError when the store does not answer: then nobody may act. */
  acquire(key: string, options: { readonly ttlMs: number }): Promise<LeaseHold | undefined>;
}

/** For this long a released lease leaves its version behind, from which the next fence goes on. */
const releasedTtlSeconds = 24 * 60 * 60;

/**
 * Leases on an `ItemStore`: at most one holder per key at a time, as far as clocks agree; `fence` is for what must hold even when
 * they don't.
 */
export function createLease(store: ItemStore, options: LeaseOptions = {}): Lease {
  const { clock = systemClock } = options;
  const ids = options.ids ?? createIdGenerator(clock);
  return {
    async acquire(name, { ttlMs }) {
      const key = `lease:${name}`;
      const owner = ids.next('lse');
      const held = { value: { owner }, ttlSeconds: ttlMs / 1000 };
      // Before the write: the store counts from later on, so that we stop first.
      let startedAtMs = clock.now();
      const before = await store.get(key);
      if (typeof before?.value.owner === 'string') return undefined;
      const acquired = await store.put(key, held.value, {
        ifVersion: before?.version ?? 'absent',
        ttlSeconds: held.ttlSeconds,
      });
      if (acquired === undefined) return undefined;
      let version = acquired;

      /** After an answer that never came the version may be one of ours that we don't know. */
      async function adoptOwn(): Promise<boolean> {
        const now = await store.get(key);
        if (now?.value.owner !== owner) return false;
        version = now.version;
        return true;
      }

      return {
        key: name,
        owner,
        fence: acquired,
        expiresAtMs: () => startedAtMs + ttlMs,
        async renew() {
          for (let attempt = 0; attempt < 2; attempt += 1) {
            const renewingAtMs = clock.now();
            const renewed = await store.put(key, held.value, {
              ifVersion: version,
              ttlSeconds: held.ttlSeconds,
            });
            if (renewed !== undefined) {
              version = renewed;
              startedAtMs = renewingAtMs;
              return true;
            }
            if (!(await adoptOwn())) return false;
          }
          return false;
        },
        async release() {
          const leave = (): Promise<number | undefined> =>
            store.put(key, {}, { ifVersion: version, ttlSeconds: releasedTtlSeconds });
          if ((await leave()) === undefined && (await adoptOwn())) await leave();
        },
      };
    },
  };
}
