import type { Clock } from '@hitl/core';

export interface StreamTask {
  readonly id: string;
  readonly title: string;
  readonly status: string;
  readonly details?: unknown;
  readonly output?: unknown;
}

/** `expired`: Slack ended it by itself, and the message looks broken until `chat.update` repairs it. */
export type StreamState = 'streaming' | 'stopped' | 'expired' | 'repaired';

export interface SlackStream {
  readonly channel: string;
  readonly ts: string;
  readonly thread_ts: string;
  readonly started_at_ms: number;
  state: StreamState;
  text: string;
  tasks: StreamTask[];
  plan_title?: string;
  /** Blocks that came in chunks, then those of the stop. */
  blocks: Record<string, unknown>[];
}

export interface SlackStreams {
  start(stream: Pick<SlackStream, 'channel' | 'ts' | 'thread_ts'>): SlackStream;
  /** The stream of that message, its state as of now. */
  find(channel: string, ts: string): SlackStream | undefined;
  all(): readonly SlackStream[];
  readonly textLimit: number;
}

export function createSlackStreams(options: {
  readonly clock: Clock;
  readonly lifeMs: number;
  readonly textLimit: number;
}): SlackStreams {
  const streams = new Map<string, SlackStream>();
  const settled = (stream: SlackStream): SlackStream => {
    if (stream.state === 'streaming' && options.clock.now() >= stream.started_at_ms + options.lifeMs)
      stream.state = 'expired';
    return stream;
  };
  return {
    textLimit: options.textLimit,
    start(start) {
      const stream: SlackStream = {
        ...start,
        started_at_ms: options.clock.now(),
        state: 'streaming',
        text: '',
        tasks: [],
        blocks: [],
      };
      streams.set(`${start.channel}:${start.ts}`, stream);
      return stream;
    },
    find(channel, ts) {
      const stream = streams.get(`${channel}:${ts}`);
      return stream === undefined ? undefined : settled(stream);
    },
    all: () => [...streams.values()].map(settled),
  };
}
