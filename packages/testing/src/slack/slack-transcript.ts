import type { FrontContext } from './front-context.ts';
import type { SlackStream, StreamState, StreamTask } from './slack-streams.ts';

/** A message as people see it now. */
export interface SlackMessage {
  readonly ts: string;
  readonly channel: string;
  readonly thread_ts?: string;
  readonly user: string;
  readonly bot_id?: string;
  readonly text: string;
  readonly blocks?: readonly Record<string, unknown>[];
  readonly metadata?: Record<string, unknown>;
  readonly unfurl_links?: boolean;
  readonly unfurl_media?: boolean;
  /** Where it is or was a stream: what of it was acknowledged, whatever came after. */
  readonly stream?: {
    readonly state: StreamState;
    readonly text: string;
    readonly tasks: readonly StreamTask[];
    readonly plan_title?: string;
  };
}

/** A thread with its root, or a channel's messages outside of threads; oldest first. */
export async function readTranscript(
  front: FrontContext,
  channel: string,
  threadTs?: string,
): Promise<readonly SlackMessage[]> {
  for (const workspace of front.workspaces) {
    if (!(await workspace.hasChannel(channel))) continue;
    const method = threadTs === undefined ? 'conversations.history' : 'conversations.replies';
    const answer = await workspace.call(method, {
      channel,
      limit: 1000,
      ...(threadTs === undefined ? {} : { ts: threadTs }),
    });
    if (!answer.ok) throw new Error(`${method}: ${answer.error}`);
    return (answer.messages as readonly SlackMessage[])
      .filter((message) => threadTs !== undefined || isTopLevel(message))
      .map((message) => withStream({ ...message, channel }, front.streams.find(channel, message.ts)))
      .sort((a, b) => (a.ts < b.ts ? -1 : 1));
  }
  throw new Error(`there is no channel ${channel}`);
}

function isTopLevel({ thread_ts, ts }: SlackMessage): boolean {
  return thread_ts === undefined || thread_ts === ts;
}

function withStream(message: SlackMessage, stream: SlackStream | undefined): SlackMessage {
  if (stream === undefined) return message;
  const { state, text, tasks, plan_title } = stream;
  const isLive = state === 'streaming' || state === 'expired';
  return {
    ...message,
    ...(isLive ? { text, ...(stream.blocks.length === 0 ? {} : { blocks: stream.blocks }) } : {}),
    stream: { state, text, tasks, ...(plan_title === undefined ? {} : { plan_title }) },
  };
}
