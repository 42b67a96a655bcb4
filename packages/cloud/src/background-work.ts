import type { Log } from '@hitl/application';

/** Work that nobody waits for, in a process that is frozen as soon as its answer is out. */
export interface BackgroundWork {
  /** Takes a task; its failure is logged. */
  readonly background: (task: Promise<void>) => void;
  /** Waits for everything that was taken, at most `timeoutMs`. What is late goes on when the process is thawed next. */
  settle(timeoutMs: number): Promise<void>;
}

export function createBackgroundWork(logger: Pick<Log, 'warn' | 'error'>): BackgroundWork {
  const tasks = new Set<Promise<void>>();
  return {
    background(task) {
      const watched = task
        .catch((error: unknown) => logger.error('background work failed', { error }))
        .finally(() => tasks.delete(watched));
      tasks.add(watched);
    },
    async settle(timeoutMs) {
      const timeout = Promise.withResolvers<void>();
      const timer = setTimeout(timeout.resolve, Math.max(0, timeoutMs));
      let isLate = false;
      void timeout.promise.then(() => {
        isLate = true;
      });
      // Work may bring more work.
      while (tasks.size > 0 && !isLate) await Promise.race([Promise.all(tasks), timeout.promise]);
      clearTimeout(timer);
      if (tasks.size > 0) logger.warn('background work is left for later', { tasks: tasks.size });
    },
  };
}
