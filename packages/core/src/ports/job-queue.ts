import type { JsonObject } from '../canonical-json.ts';

export interface Job {
  /** Jobs of one group are done one after the other, in the order they were sent. */
  readonly group: string;
  /** The same id within five minutes is taken once. */
  readonly deduplicationId: string;
  /** At most 200 KB as JSON. */
  readonly body: JsonObject;
}

/** Hands work over. Delivery is at least once: whoever does the job makes doing it twice harmless. */
export interface JobQueue {
  /** The job is durable when this resolves. @throws UnavailableError when it could not be taken; nothing is half-sent. */
  send(job: Job): Promise<void>;
}
