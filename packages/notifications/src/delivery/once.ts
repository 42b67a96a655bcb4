import { type ItemStore, type Notification, type Notifier, occasionOf } from '@hitl/core';

const remembered = 2000;
/** As long as anybody may have reason to tell it again: dead letters are kept for two weeks. */
const rememberSeconds = 15 * 86_400;

/** The notifier, which tells each occasion once. */
export function tellOnce(notifier: Notifier, store?: ItemStore): Notifier {
  const once = createOnce(notifier.name, store);
  return {
    name: notifier.name,
    notify: (notification) => once(notification, () => notifier.notify(notification)),
  };
}

/**
 * Lets a notification through once: in this process, and with a store in all. It counts as told when `tell` came back: a crash in between
 * tells it again, which is better than not at all.
 */
export function createOnce(name: string, store?: ItemStore) {
  const told = new Map<string, Promise<void>>();
  return async (notification: Notification, tell: () => Promise<void>): Promise<void> => {
    const key = occasionOf(notification);
    const underWay = told.get(key);
    if (underWay !== undefined) return underWay;
    const telling = (async () => {
      const item = `notified:${name}:${key}`;
      if ((await store?.get(item)) !== undefined) return;
      await tell();
      await store?.put(item, {}, { ifVersion: 'any', ttlSeconds: rememberSeconds });
    })();
    told.set(key, telling);
    const [oldest] = told.keys();
    if (told.size > remembered && oldest !== undefined) told.delete(oldest);
    try {
      await telling;
    } catch (error) {
      told.delete(key);
      throw error;
    }
  };
}
