import { streamFrame } from './stream-frames.ts';

export type AnswerBlock =
  | { readonly text: string }
  | { readonly toolUse: { readonly toolUseId: string; readonly name: string; readonly input: object } };

/** What the peer does with one request. */
export type PeerAnswer =
  | {
      readonly kind: 'message';
      readonly content: readonly AnswerBlock[];
      readonly stopReason: 'end_turn' | 'tool_use' | 'max_tokens' | 'guardrail_intervened';
      readonly trace?: object;
    }
  /** An HTTP error before anything else. */
  | { readonly kind: 'error'; readonly status: number; readonly type: string; readonly message: string }
  /** Streams the content, then an exception frame in place of the end. */
  | {
      readonly kind: 'exception';
      readonly content: readonly AnswerBlock[];
      readonly type: string;
      readonly message: string;
    }
  /** Streams the content without its last block's end, then the socket breaks in the middle of a frame. */
  | { readonly kind: 'cut'; readonly content: readonly AnswerBlock[] }
  /** The same, but the stream ends in good order between two frames. */
  | { readonly kind: 'truncated'; readonly content: readonly AnswerBlock[] };

export const usage = { inputTokens: 12, outputTokens: 34, totalTokens: 46 };

/** Converse's JSON answer. */
export function answerBody(answer: PeerAnswer & { kind: 'message' }): object {
  return {
    output: { message: { role: 'assistant', content: answer.content } },
    stopReason: answer.stopReason,
    usage,
    metrics: { latencyMs: 1 },
    ...(answer.trace === undefined ? {} : { trace: answer.trace }),
  };
}

/** ConverseStream's frames. Deltas are a few characters each, so that no reader gets away with whole values. */
export function answerFrames(answer: Exclude<PeerAnswer, { kind: 'error' }>): Uint8Array[] {
  const event = (type: string, body: object): Uint8Array => streamFrame('event', type, body);
  const frames = [event('messageStart', { role: 'assistant' })];
  for (const [contentBlockIndex, block] of answer.content.entries()) {
    if ('toolUse' in block) {
      const { toolUseId, name, input } = block.toolUse;
      frames.push(event('contentBlockStart', { contentBlockIndex, start: { toolUse: { toolUseId, name } } }));
      for (const part of slices(JSON.stringify(input), 7))
        frames.push(event('contentBlockDelta', { contentBlockIndex, delta: { toolUse: { input: part } } }));
    } else {
      for (const text of slices(block.text, 5))
        frames.push(event('contentBlockDelta', { contentBlockIndex, delta: { text } }));
    }
    const isLast = contentBlockIndex === answer.content.length - 1;
    if (answer.kind === 'message' || !isLast) frames.push(event('contentBlockStop', { contentBlockIndex }));
  }
  if (answer.kind === 'exception')
    frames.push(streamFrame('exception', answer.type, { message: answer.message }));
  if (answer.kind === 'message') {
    frames.push(event('messageStop', { stopReason: answer.stopReason }));
    frames.push(
      event('metadata', {
        usage,
        metrics: { latencyMs: 1 },
        ...(answer.trace === undefined ? {} : { trace: answer.trace }),
      }),
    );
  }
  return frames;
}

/** By code points: a pair of surrogates never ends up in two JSON documents. */
function slices(text: string, length: number): string[] {
  const points = [...text];
  const out: string[] = [];
  for (let start = 0; start < points.length; start += length)
    out.push(points.slice(start, start + length).join(''));
  return out;
}
