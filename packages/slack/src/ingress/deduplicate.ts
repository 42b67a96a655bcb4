import type { ItemStore } from '@hitl/core';

/** Slack may deliver late: an hour apart for a day, where that is switched on. */
const keptSeconds = 25 * 60 * 60;

/**
 * Does `work` unless it was done before under one of the keys. A key is `received` before and `queued` after: whoever finds
 * `received` can't know whether the delivery before died, and works again (the queue takes the same id once).
 * @returns false when it was done before
 */
export async function deduplicate(
  items: ItemStore,
  keys: readonly string[],
  work: () => Promise<void>,
): Promise<boolean> {
  const claims = await Promise.all(keys.map((key) => claim(items, key)));
  if (claims.includes('queued')) return false;
  await work();
  await Promise.all(
    keys.map((key) => items.put(key, { state: 'queued' }, { ifVersion: 'any', ttlSeconds: keptSeconds })),
  );
  return true;
}

async function claim(items: ItemStore, key: string): Promise<'received' | 'queued'> {
  const isNew = await items.put(key, { state: 'received' }, { ifVersion: 'absent', ttlSeconds: keptSeconds });
  if (isNew !== undefined) return 'received';
  const item = await items.get(key);
  return item?.value.state === 'queued' ? 'queued' : 'received';
}
