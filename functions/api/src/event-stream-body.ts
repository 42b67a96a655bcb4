import type { StreamEvent } from '@hitl/core';

/** Proxies close what is silent for longer, and a model may think for a while. */
const keepAliveMs = 15_000;

/**
 * Events in the text/event-stream format. Pulled, so that a slow reader fills the feed's bounded buffer and not this process.
 * `onEnd` is called once, however it ends: all read, the reader gone, or the source broken.
 */
export function eventStreamBody(
  events: Iterable<StreamEvent> | AsyncIterable<StreamEvent>,
  { onEnd, onError }: { readonly onEnd: () => void; readonly onError: (error: unknown) => void },
): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const source = (async function* () {
    yield* events;
  })();
  let isOver = false;
  let timer: NodeJS.Timeout | undefined;
  const end = (): void => {
    isOver = true;
    clearInterval(timer);
    onEnd();
  };
  return new ReadableStream<Uint8Array>({
    start(controller) {
      timer = setInterval(() => {
        if ((controller.desiredSize ?? 0) > 0) controller.enqueue(encoder.encode(': keep-alive\n\n'));
      }, keepAliveMs);
      timer.unref();
    },
    async pull(controller) {
      let text: string | undefined;
      try {
        const next = await source.next();
        if (next.done !== true) text = `event: ${next.value.type}\ndata: ${JSON.stringify(next.value)}\n\n`;
      } catch (error) {
        onError(error);
      }
      if (isOver) return;
      if (text !== undefined) return controller.enqueue(encoder.encode(text));
      end();
      controller.close();
    },
    cancel() {
      end();
    },
  });
}
