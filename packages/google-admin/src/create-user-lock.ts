/** Runs work on one user after all earlier work on the same user. Keys are Google's immutable user ids. */
export type UserLock = <T>(userId: string, work: () => Promise<T>) => Promise<T>;

/** Within this process; several processes need a lock that they share. */
export function createUserLock(): UserLock {
  const tails = new Map<string, Promise<unknown>>();
  return async (userId, work) => {
    const run = (tails.get(userId) ?? Promise.resolve()).then(work, work);
    const tail = run.catch(() => undefined);
    tails.set(userId, tail);
    try {
      return await run;
    } finally {
      if (tails.get(userId) === tail) tails.delete(userId);
    }
  };
}
