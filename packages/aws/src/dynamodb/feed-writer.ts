import { setTimeout as wait } from 'node:timers/promises';
import type { StreamEvent } from '@hitl/core';
import { createFeedOutbox, type FeedBatch, type FeedOutbox } from './feed-outbox.ts';

export interface FeedWriterOptions {
  /** Makes the write of one batch; what it returns is called again after it failed, and must do the same again. */
  readonly prepare: (runId: string, batch: FeedBatch) => () => Promise<void>;
  /** At most one write per run in this time. */
  readonly coalesceMs: number;
  /** A batch was given up. */
  readonly onError: (error: unknown) => void;
  /** Pauses before a batch is tried again. */
  readonly retryAfterMs: readonly number[];
}

export interface FeedWriter {
  /** Never waits, never throws. */
  add(runId: string, event: StreamEvent): void;
  /** Writes at once whatever waits; resolves when nothing does. Never rejects. */
  flush(): Promise<void>;
}

interface Channel {
  readonly outbox: FeedOutbox;
  /** The loop that writes, while there is one. */
  writing: Promise<void> | undefined;
  /** Ends the pause between two writes. */
  hurry: AbortController;
}

/** Batches the events of each run: one write after the other, the first at once, the next ones not faster than `coalesceMs`. */
export function createFeedWriter(options: FeedWriterOptions): FeedWriter {
  const { prepare, coalesceMs, onError, retryAfterMs } = options;
  const channels = new Map<string, Channel>();

  /** Waits as long as nobody is in a hurry; keeps no process alive. */
  async function pause(ms: number, { hurry }: Channel): Promise<void> {
    await wait(ms, undefined, { signal: hurry.signal, ref: false }).catch(() => {});
  }

  async function writeBatch(runId: string, channel: Channel, batch: FeedBatch): Promise<void> {
    const write = prepare(runId, batch);
    for (let attempt = 0; ; attempt += 1) {
      try {
        await write();
        return;
      } catch (error) {
        const pauseMs = retryAfterMs[attempt];
        if (pauseMs === undefined) {
          channel.outbox.lose();
          onError(error);
          return;
        }
        await pause(pauseMs, channel);
      }
    }
  }

  async function writeAll(runId: string, channel: Channel): Promise<void> {
    // What the same turn of the event loop still publishes belongs into the first batch.
    await Promise.resolve();
    for (;;) {
      const batch = channel.outbox.take();
      if (batch === undefined) break;
      await writeBatch(runId, channel, batch);
      // A loss that can't be written now is told with the next event; trying on would never end.
      if (batch.json === '[]' && !channel.outbox.isEmpty) break;
      await pause(coalesceMs, channel);
    }
    channel.writing = undefined;
    if (channel.outbox.isEmpty) channels.delete(runId);
  }

  return {
    add(runId, event) {
      const channel = channels.get(runId) ?? {
        outbox: createFeedOutbox(),
        writing: undefined,
        hurry: new AbortController(),
      };
      channels.set(runId, channel);
      channel.outbox.add(event);
      channel.writing ??= writeAll(runId, channel);
    },
    async flush() {
      await Promise.all(
        [...channels.values()].map(async (channel) => {
          channel.hurry.abort();
          await channel.writing;
          channel.hurry = new AbortController();
        }),
      );
    },
  };
}
