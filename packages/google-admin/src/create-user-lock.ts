import { createKeyedMutex } from '@hitl/core';

/** Runs work on one user after all earlier work on the same user. Keys are Google's immutable user ids. */
export type UserLock = <T>(userId: string, work: () => Promise<T>) => Promise<T>;

/** Within this process; several processes need a lock that they share. */
export function createUserLock(): UserLock {
  return createKeyedMutex();
}
