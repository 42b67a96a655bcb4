import type { StreamEvent } from '@hitl/core';

/** One watcher's events: pushed by the feed, pulled by one reader. */
export interface EventQueue {
  /** `false` when the buffer is full; nothing is added then. */
  push(event: StreamEvent): boolean;
  /** What is buffered is still read, then the iteration is over. */
  readonly end: () => void;
  /** The same, with an error at the end. */
  fail(error: Error): void;
  readonly events: AsyncIterable<StreamEvent>;
}

/** `onEnd` is called once, when nothing more can be pushed. */
export function createEventQueue(maxBuffered: number, onEnd: () => void): EventQueue {
  const buffer: StreamEvent[] = [];
  let isEnded = false;
  let failure: Error | undefined;
  let wakeReader: (() => void) | undefined;

  function end(): void {
    if (isEnded) return;
    isEnded = true;
    onEnd();
    wakeReader?.();
  }

  async function* read(): AsyncGenerator<StreamEvent, void> {
    try {
      for (;;) {
        const event = buffer.shift();
        if (event !== undefined) yield event;
        else if (isEnded) break;
        else {
          await new Promise<void>((resolve) => {
            wakeReader = resolve;
          });
        }
      }
      if (failure !== undefined) throw failure;
    } finally {
      // The reader stopped early: nobody may push into a buffer that nobody empties.
      end();
    }
  }

  return {
    push(event) {
      if (isEnded) return true;
      if (buffer.length >= maxBuffered) return false;
      buffer.push(event);
      wakeReader?.();
      return true;
    },
    end,
    fail(error) {
      failure = error;
      end();
    },
    events: read(),
  };
}
