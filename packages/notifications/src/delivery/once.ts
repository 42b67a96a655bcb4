import type { ItemStore, Notification } from '@hitl/core';

const remembered = 2000;
const rememberSeconds = 86_400;

/** What makes two notifications the same. */
export function notificationKey(notification: Notification): string {
  const about = notification.kind === 'run-finished' ? notification.run.run_id : notification.approval_id;
  return `${notification.kind}:${about}:${notification.run.sequence}`;
}

/**
 * Lets a notification through once: in this process, and with a store in all. It counts as told when `tell` came back: a crash in between
 * tells it again, which is better than not at all.
 */
export function createOnce(name: string, store?: ItemStore) {
  const told = new Map<string, Promise<void>>();
  return async (notification: Notification, tell: () => Promise<void>): Promise<void> => {
    const key = notificationKey(notification);
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
