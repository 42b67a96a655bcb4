import type { StreamEvent } from '@hitl/core';

/** What is written at once: as JSON, and whether events before it were lost. */
export interface FeedBatch {
  readonly json: string;
  readonly isAfterLoss: boolean;
}

/** One run's events that wait to be written. Holds no more than it may; what does not fit is lost, and that is told. */
export interface FeedOutbox {
  add(event: StreamEvent): void;
  /** The next batch, or `undefined` when nothing waits. */
  take(): FeedBatch | undefined;
  /** What was taken last could not be written for good. */
  lose(): void;
  readonly isEmpty: boolean;
}

/** Well within an item's 400 KB, with room for its keys. */
const maximumBatchBytes = 300_000;
/** A writer that is this far behind will not catch up while anybody still cares. */
const maximumWaitingBytes = 2_000_000;
/** `,` and `[]`. */
const frameBytes = 2;

export function createFeedOutbox(): FeedOutbox {
  let waiting: { event: StreamEvent; bytes: number }[] = [];
  let waitingBytes = 0;
  let hasLost = false;

  function loseAll(): void {
    waiting = [];
    waitingBytes = 0;
    hasLost = true;
  }

  return {
    add(event) {
      const last = waiting.at(-1);
      const isMore =
        event.type === 'text-delta' &&
        last?.event.type === 'text-delta' &&
        last.event.step === event.step &&
        last.bytes < maximumBatchBytes / 2;
      const next = isMore ? { ...event, text: `${(last.event as typeof event).text}${event.text}` } : event;
      const bytes = Buffer.byteLength(JSON.stringify(next)) + frameBytes;
      if (bytes > maximumBatchBytes) {
        loseAll();
        return;
      }
      if (isMore) {
        waitingBytes -= last.bytes;
        waiting.pop();
      }
      waiting.push({ event: next, bytes });
      waitingBytes += bytes;
      if (waitingBytes > maximumWaitingBytes) loseAll();
    },
    take() {
      if (waiting.length === 0 && !hasLost) return undefined;
      let bytes = 0;
      let count = 0;
      for (const each of waiting) {
        bytes += each.bytes;
        if (bytes > maximumBatchBytes) break;
        count += 1;
      }
      const batch = waiting.splice(0, count);
      waitingBytes = waiting.reduce((sum, each) => sum + each.bytes, 0);
      const isAfterLoss = hasLost;
      hasLost = false;
      return { json: JSON.stringify(batch.map(({ event }) => event)), isAfterLoss };
    },
    lose() {
      hasLost = true;
    },
    get isEmpty() {
      return waiting.length === 0 && !hasLost;
    },
  };
}
