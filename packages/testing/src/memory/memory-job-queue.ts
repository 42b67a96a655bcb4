import { type Clock, InvalidInputError, type Job, type JobQueue, systemClock } from '@hitl/core';

export interface MemoryJobQueue extends JobQueue {
  /** What was taken, in order. */
  readonly jobs: readonly Job[];
  /** The next `count` jobs are refused with `error`, as a queue that is down does. */
  failNext(error: Error, count?: number): void;
}

const deduplicationMs = 5 * 60 * 1000;
const maximumBodyBytes = 200 * 1024;

export function createMemoryJobQueue({
  clock = systemClock,
}: {
  readonly clock?: Clock;
} = {}): MemoryJobQueue {
  const jobs: Job[] = [];
  const takenAtMs = new Map<string, number>();
  const failures: Error[] = [];
  return {
    jobs,
    async send(job) {
      const body = JSON.stringify(job.body);
      if (Buffer.byteLength(body) > maximumBodyBytes)
        throw new InvalidInputError(`a job may have at most ${maximumBodyBytes} bytes`);
      const failure = failures.shift();
      if (failure !== undefined) throw failure;
      const taken = takenAtMs.get(job.deduplicationId);
      if (taken !== undefined && clock.now() - taken < deduplicationMs) return;
      takenAtMs.set(job.deduplicationId, clock.now());
      jobs.push({ ...job, body: JSON.parse(body) });
    },
    failNext(error, count = 1) {
      for (let i = 0; i < count; i += 1) failures.push(error);
    },
  };
}
