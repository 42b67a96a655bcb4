import {
  type Clock,
  createKeyedMutex,
  InvalidInputError,
  type Job,
  type JobQueue,
  systemClock,
} from '@hitl/core';

export interface InProcessJobQueueOptions {
  /** Does one job. What it throws is tried again. */
  readonly handle: (job: Job) => Promise<void>;
  /** A job that failed for the last time. */
  readonly onGivenUp: (job: Job, error: unknown) => void;
  readonly maxAttempts?: number;
  readonly clock?: Clock;
  readonly wait?: (ms: number) => Promise<void>;
}

export interface InProcessJobQueue extends JobQueue {
  /** Resolves when everything that was sent until then is done or given up. */
  idle(): Promise<void>;
}

const deduplicationMs = 5 * 60 * 1000;
const maximumBodyBytes = 200 * 1024;

/**
 * A queue for one process, as the local stack is: jobs of one group in order, groups side by side, an id once in five minutes.
 * What is not done when the process ends is lost; a deployment uses a real queue.
 */
export function createInProcessJobQueue(options: InProcessJobQueueOptions): InProcessJobQueue {
  const { handle, onGivenUp, maxAttempts = 5, clock = systemClock } = options;
  const wait = options.wait ?? ((ms) => new Promise((resolve) => setTimeout(resolve, ms)));
  const inTurn = createKeyedMutex();
  const takenAtMs = new Map<string, number>();
  const running = new Set<Promise<void>>();

  async function work(job: Job): Promise<void> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await handle(job);
      } catch (error) {
        if (attempt >= maxAttempts) return onGivenUp(job, error);
        await wait(100 * 2 ** attempt);
      }
    }
  }

  /** Ids come in the order of their time, so the old ones are in front. */
  function forget(now: number): void {
    for (const [id, at] of takenAtMs) {
      if (now - at < deduplicationMs) return;
      takenAtMs.delete(id);
    }
  }

  return {
    async send({ group, deduplicationId, body }) {
      const text = JSON.stringify(body);
      if (Buffer.byteLength(text) > maximumBodyBytes)
        throw new InvalidInputError(`a job may have at most ${maximumBodyBytes} bytes`);
      forget(clock.now());
      if (takenAtMs.has(deduplicationId)) return;
      takenAtMs.set(deduplicationId, clock.now());
      const job = { group, deduplicationId, body: JSON.parse(text) as Job['body'] };
      const done = inTurn(group, () => work(job)).finally(() => running.delete(done));
      running.add(done);
    },
    async idle() {
      while (running.size > 0) await Promise.all(running);
    },
  };
}
