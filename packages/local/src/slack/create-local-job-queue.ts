import {
  type Clock,
  createKeyedMutex,
  HitlError,
  InvalidInputError,
  type ItemStore,
  type Job,
  type JobQueue,
  type JsonObject,
  jsonObjectSchema,
} from '@hitl/core';
import type { Logger } from '@hitl/lambda';
import { z } from 'zod';

export interface LocalJobQueue extends JobQueue {
  /** Does what waits, also what an earlier process left, and from then on whatever is sent. Call once. */
  start(work: (body: JsonObject, signal: AbortSignal) => Promise<void>): Promise<void>;
  isIdle(): boolean;
  /** Resolves when nothing waits and nothing is done any more. */
  idle(): Promise<void>;
  /** Has the work stop; what is not done is done by the next process. */
  close(): Promise<void>;
}

const indexKey = 'local-queue';
const jobKey = (number: number) => `local-queue-job:${number}`;
const waitingSchema = z.array(z.object({ number: z.int(), group: z.string() }));
type Entry = z.infer<typeof waitingSchema>[number];
interface Index {
  readonly next: number;
  readonly waiting: Entry[];
}
/** As one text: the store looks at every member of a value, and hundreds of jobs may wait behind answers. */
const indexSchema = z.object({
  next: z.int(),
  waiting: z.union([waitingSchema, z.string().transform((text) => waitingSchema.parse(JSON.parse(text)))]),
});

const deduplicationSeconds = 300;
const maximumBodyBytes = 200 * 1024;
/**
 * Then a job is put aside with a line in the log, so that it does not hold its group up for ever. Together a minute and a half: a
 * worker that died while it posted is waited for a minute.
 */
const maximumAttempts = 14;
const firstPauseMs = 200;
const longestPauseMs = 10_000;

/**
 * The local stand-in for a FIFO queue: jobs are in the store before `send` resolves, done in order within a group and side by side
 * otherwise, at least once. One process at a time, as the data directory is held by one.
 */
export function createLocalJobQueue(deps: {
  readonly items: ItemStore;
  readonly clock: Clock;
  readonly logger: Pick<Logger, 'warn' | 'error'>;
}): LocalJobQueue {
  const { items, logger } = deps;
  const inTurn = createKeyedMutex();
  const closing = new AbortController();
  const running = new Set<Promise<void>>();
  let work: Parameters<LocalJobQueue['start']>[0] | undefined;

  async function readIndex(): Promise<Index> {
    const item = await items.get(indexKey);
    return item === undefined ? { next: 1, waiting: [] } : indexSchema.parse(item.value);
  }
  const writeIndex = ({ next, waiting }: Index) =>
    items.put(indexKey, { next, waiting: JSON.stringify(waiting) }, { ifVersion: 'any' });

  function begin(entry: Entry): void {
    const task = inTurn(`group ${entry.group}`, () => deliver(entry)).finally(() => running.delete(task));
    running.add(task);
    // `deliver` says in the log what went wrong.
    task.catch(() => undefined);
  }

  async function deliver(entry: Entry): Promise<void> {
    const item = await items.get(jobKey(entry.number));
    const body = item === undefined ? undefined : jsonObjectSchema.parse(item.value.body);
    for (let attempt = 1; body !== undefined; attempt += 1) {
      if (closing.signal.aborted) return;
      try {
        await work?.(body, closing.signal);
        break;
      } catch (error) {
        if (closing.signal.aborted) return;
        const isLast = attempt >= maximumAttempts || (error instanceof HitlError && error.status === 400);
        const facts = { error: String(error), kind: body.kind, job_id: body.job_id, attempt };
        if (isLast) {
          logger.error('a job was put aside', facts);
          break;
        }
        logger.warn('a job is tried again', facts);
        await pause(Math.min(longestPauseMs, firstPauseMs * 2 ** attempt), closing.signal);
      }
    }
    await inTurn('index', async () => {
      const index = await readIndex();
      const waiting = index.waiting.filter(({ number }) => number !== entry.number);
      await writeIndex({ ...index, waiting });
    });
    await items.delete(jobKey(entry.number));
  }

  async function take({ group, deduplicationId, body }: Job): Promise<void> {
    if (Buffer.byteLength(JSON.stringify(body)) > maximumBodyBytes)
      throw new InvalidInputError(`a job may have at most ${maximumBodyBytes} bytes`);
    const entry = await inTurn('index', async () => {
      const key = `local-queue-taken:${deduplicationId}`;
      if ((await items.get(key)) !== undefined) return undefined;
      const index = await readIndex();
      const taken = { number: index.next, group };
      await items.put(jobKey(taken.number), { body }, { ifVersion: 'any' });
      await writeIndex({ next: index.next + 1, waiting: [...index.waiting, taken] });
      // Last: a process that dies before has taken nothing, or takes it twice, which whoever does it knows to bear.
      await items.put(key, {}, { ifVersion: 'any', ttlSeconds: deduplicationSeconds });
      return taken;
    });
    if (entry !== undefined && work !== undefined) begin(entry);
  }

  return {
    send: take,
    async start(doWork) {
      await inTurn('index', async () => {
        const { waiting } = await readIndex();
        work = doWork;
        for (const entry of waiting) begin(entry);
      });
    },
    isIdle: () => running.size === 0,
    async idle() {
      while (running.size > 0) await Promise.allSettled(running);
    },
    async close() {
      closing.abort();
      while (running.size > 0) await Promise.allSettled(running);
    },
  };
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
  });
}
