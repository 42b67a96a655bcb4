import { type RunFeed, UnavailableError } from '@hitl/core';
import { createEventQueue, type EventQueue } from './event-queue.ts';

export interface LocalRunFeed extends RunFeed {
  /** How many watchers there are now. */
  watcherCount(): number;
  close(): void;
}

/** Live events within this process. Nothing is stored: the record is the truth, this is for who watches. */
export function createRunFeed({ maxBuffered = 1000 }: { readonly maxBuffered?: number } = {}): LocalRunFeed {
  const watchers = new Map<string, Set<EventQueue>>();

  function remove(runId: string, queue: EventQueue): void {
    const queues = watchers.get(runId);
    queues?.delete(queue);
    if (queues?.size === 0) watchers.delete(runId);
  }

  return {
    publish(runId, event) {
      for (const queue of watchers.get(runId) ?? []) {
        if (!queue.push(event)) {
          queue.fail(
            new UnavailableError(`a watcher of ${runId} fell more than ${maxBuffered} events behind`),
          );
        } else if (event.type === 'run-finished') queue.end();
      }
    },
    subscribe(runId, signal) {
      const queue = createEventQueue(maxBuffered, () => {
        remove(runId, queue);
        signal?.removeEventListener('abort', queue.end);
      });
      if (signal?.aborted === true) {
        queue.end();
        return queue.events;
      }
      signal?.addEventListener('abort', queue.end, { once: true });
      const queues = watchers.get(runId) ?? new Set();
      watchers.set(runId, queues.add(queue));
      return queue.events;
    },
    watcherCount: () => [...watchers.values()].reduce((sum, queues) => sum + queues.size, 0),
    close() {
      for (const queues of [...watchers.values()]) for (const queue of [...queues]) queue.end();
    },
  };
}
