import { type Clock, type ItemStore, type StoredItem, systemClock } from '@hitl/core';

interface Kept extends StoredItem {
  readonly expiresAtMs: number;
}

export function createMemoryItemStore({ clock = systemClock }: { readonly clock?: Clock } = {}): ItemStore {
  const items = new Map<string, Kept>();
  let lastVersion = 0;

  function live(key: string): Kept | undefined {
    const kept = items.get(key);
    return kept !== undefined && kept.expiresAtMs > clock.now() ? kept : undefined;
  }

  return {
    async get(key) {
      const kept = live(key);
      return kept === undefined ? undefined : { value: structuredClone(kept.value), version: kept.version };
    },
    async put(key, value, { ifVersion, ttlSeconds }) {
      const kept = live(key);
      if (ifVersion === 'absent' && kept !== undefined) return undefined;
      if (typeof ifVersion === 'number' && kept?.version !== ifVersion) return undefined;
      lastVersion += 1;
      items.set(key, {
        value: structuredClone(value),
        version: lastVersion,
        expiresAtMs: ttlSeconds === undefined ? Number.POSITIVE_INFINITY : clock.now() + ttlSeconds * 1000,
      });
      return lastVersion;
    },
    async delete(key, ifVersion) {
      const kept = live(key);
      if (kept === undefined || (ifVersion !== undefined && kept.version !== ifVersion)) return false;
      return items.delete(key);
    },
  };
}
