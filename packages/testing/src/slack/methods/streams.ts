import { checkBlocks, maxBlocks } from '../check-blocks.ts';
import type { FrontContext, SlackCall, SlackMethod } from '../front-context.ts';
import {
  isRecord,
  refuse,
  refuseBlocks,
  type SlackAnswer,
  type SlackArguments,
  textOf,
} from '../slack-call.ts';
import type { SlackStream } from '../slack-streams.ts';
import { clearStatus, maxMarkdownText } from './chat.ts';

const taskStatuses = ['pending', 'in_progress', 'complete', 'error'];

type Chunk = Readonly<Record<string, unknown>>;

function chunksOf(args: SlackArguments): readonly Chunk[] | SlackAnswer {
  const markdown =
    args.markdown_text === undefined ? [] : [{ type: 'markdown_text', text: args.markdown_text }];
  if (args.chunks === undefined) return markdown;
  if (!Array.isArray(args.chunks)) return refuse('invalid_chunks');
  return [...markdown, ...args.chunks];
}

function chunkProblem(chunk: unknown): SlackAnswer | undefined {
  if (!isRecord(chunk)) return refuse('invalid_chunks');
  switch (chunk.type) {
    case 'markdown_text':
      if (typeof chunk.text !== 'string') return refuse('invalid_chunks');
      return chunk.text.length > maxMarkdownText ? refuse('msg_too_long') : undefined;
    case 'task_update': {
      const isWhole = typeof chunk.id === 'string' && typeof chunk.title === 'string';
      return isWhole && taskStatuses.includes(String(chunk.status)) ? undefined : refuse('invalid_chunks');
    }
    case 'plan_update':
      return typeof chunk.title === 'string' ? undefined : refuse('invalid_chunks');
    case 'blocks': {
      const errors = checkBlocks(chunk.blocks);
      return errors.length > 0 ? refuseBlocks(errors) : undefined;
    }
    default:
      return refuse('invalid_chunks');
  }
}

/** Adds the chunks to the stream, or says why none of them was. */
function append(front: FrontContext, stream: SlackStream, args: SlackArguments): SlackAnswer | undefined {
  const chunks = chunksOf(args);
  if (!Array.isArray(chunks)) return chunks as SlackAnswer;
  for (const chunk of chunks) {
    const problem = chunkProblem(chunk);
    if (problem !== undefined) return problem;
  }
  const text = stream.text + chunks.flatMap((c) => (c.type === 'markdown_text' ? [c.text] : [])).join('');
  const blocks = chunks.flatMap((c) => (c.type === 'blocks' ? (c.blocks as Record<string, unknown>[]) : []));
  if (text.length > front.streams.textLimit) {
    // A stream that grew too long is over, with what it holds.
    stream.state = 'expired';
    return refuse('msg_too_long');
  }
  if (stream.blocks.length + blocks.length > maxBlocks.message)
    return refuseBlocks([`no more than ${maxBlocks.message} items allowed [json-pointer:/chunks]`]);
  stream.text = text;
  stream.blocks.push(...blocks);
  for (const chunk of chunks) {
    if (chunk.type === 'plan_update') stream.plan_title = String(chunk.title);
    if (chunk.type !== 'task_update') continue;
    const { type: _type, ...task } = chunk;
    const update = task as unknown as SlackStream['tasks'][number];
    const index = stream.tasks.findIndex(({ id }) => id === update.id);
    if (index === -1) stream.tasks.push(update);
    else stream.tasks[index] = { ...stream.tasks[index], ...update };
  }
  return undefined;
}

export const startStream: SlackMethod = async (front, call) => {
  const { args, workspace } = call;
  const channel = textOf(args, 'channel');
  const threadTs = textOf(args, 'thread_ts');
  if (!/^\d+\.\d+$/.test(threadTs)) return refuse('invalid_thread_ts');
  if (!(await workspace.hasChannel(channel))) return refuse('channel_not_found');
  if (!channel.startsWith('D')) {
    if (textOf(args, 'recipient_user_id') === '') return refuse('missing_recipient_user_id');
    if (textOf(args, 'recipient_team_id') === '') return refuse('missing_recipient_team_id');
  }
  const draft = front.streams.start({ channel, ts: '', thread_ts: threadTs });
  const problem = append(front, draft, args);
  if (problem !== undefined) return problem;
  const { bot_id, app_id } = workspace.bot;
  const posted = await workspace.call('chat.postMessage', {
    channel,
    thread_ts: threadTs,
    text: draft.text || '…',
    bot_id,
    app_id,
  });
  if (!posted.ok) return posted;
  const ts = String(posted.ts);
  const stream = front.streams.start({ channel, ts, thread_ts: threadTs });
  Object.assign(stream, { text: draft.text, tasks: draft.tasks, blocks: draft.blocks });
  if (draft.plan_title !== undefined) stream.plan_title = draft.plan_title;
  clearStatus(front, call);
  return { ok: true, channel, ts };
};

/** The app's own live stream, or the refusal. */
async function liveStream(
  front: FrontContext,
  { args, workspace }: SlackCall,
): Promise<SlackStream | SlackAnswer> {
  const channel = textOf(args, 'channel');
  if (!(await workspace.hasChannel(channel))) return refuse('channel_not_found');
  const stream = front.streams.find(channel, textOf(args, 'ts'));
  if (stream === undefined) return refuse('message_not_found');
  return stream.state === 'streaming' ? stream : refuse('message_not_in_streaming_state');
}

export const appendStream: SlackMethod = async (front, call) => {
  const stream = await liveStream(front, call);
  if ('ok' in stream) return stream;
  return append(front, stream, call.args) ?? { ok: true, channel: stream.channel, ts: stream.ts };
};

export const stopStream: SlackMethod = async (front, call) => {
  const stream = await liveStream(front, call);
  if ('ok' in stream) return stream;
  const { args, workspace } = call;
  if (args.blocks !== undefined) {
    const errors = checkBlocks(args.blocks);
    if (errors.length > 0) return refuseBlocks(errors);
  }
  const problem = append(front, stream, args);
  if (problem !== undefined) return problem;
  stream.blocks.push(...((args.blocks as Record<string, unknown>[] | undefined) ?? []));
  stream.state = 'stopped';
  const answer = await workspace.call('chat.update', {
    channel: stream.channel,
    ts: stream.ts,
    text: stream.text || '…',
    ...(stream.blocks.length === 0 ? {} : { blocks: stream.blocks }),
    ...(args.metadata === undefined ? {} : { metadata: args.metadata }),
  });
  return answer.ok ? { ok: true, channel: stream.channel, ts: stream.ts, message: answer.message } : answer;
};
