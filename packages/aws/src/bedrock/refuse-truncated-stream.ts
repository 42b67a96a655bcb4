import { UnavailableError } from '@hitl/core';
import type { BedrockModel } from './bedrock-model.ts';

type StreamResult = Awaited<ReturnType<BedrockModel['doStream']>>;
type StreamPart = StreamResult['stream'] extends ReadableStream<infer P> ? P : never;

/**
 * A connection that closes in good order between two frames looks like an answer that is complete, with whatever tool calls
 * had come by then. Bedrock always says why it stopped; where it did not, the answer is an error.
 */
export function refuseTruncatedStream(result: StreamResult): StreamResult {
  const checked = result.stream.pipeThrough(
    new TransformStream<StreamPart, StreamPart>({
      transform(part, controller) {
        if (
          part.type !== 'finish' ||
          part.finishReason.unified === 'error' ||
          part.finishReason.raw !== undefined
        ) {
          controller.enqueue(part);
          return;
        }
        controller.enqueue({
          type: 'error',
          error: new UnavailableError('the answer of the model ended before it was complete'),
        });
        controller.enqueue({ ...part, finishReason: { ...part.finishReason, unified: 'error' } });
      },
    }),
  );
  return { ...result, stream: checked };
}
