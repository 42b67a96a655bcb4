/** Lets at most `limit` pieces of work run at a time; the others wait in order. */
export function createLimiter(limit: number): <T>(work: () => Promise<T>) => Promise<T> {
  let running = 0;
  const queue: (() => void)[] = [];
  return async (work) => {
    if (running >= limit) await new Promise<void>((resolve) => queue.push(resolve));
    else running += 1;
    try {
      return await work();
    } finally {
      const next = queue.shift();
      // The place is handed over, not freed: nobody can slip in between.
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
