import { createKeyedMutex } from '@hitl/core';

/**
 * Runs work on one user after all earlier work on the same user. Keys are Google's immutable user ids. A lock that can be lost
 * while the work goes on says so by aborting `signal`.
 */
export type UserLock = <T>(
  userId: string,
  work: (held?: { readonly signal: AbortSignal }) => Promise<T>,
) => Promise<T>;

/** Within this process; several processes need a lock that they share. */
export function createUserLock(): UserLock {
  const mutex = createKeyedMutex();
  return (userId, work) => mutex(userId, () => work());
}
