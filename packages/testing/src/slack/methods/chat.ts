import { checkBlocks } from '../check-blocks.ts';
import { type FrontContext, type SlackCall, type SlackMethod, threadKey } from '../front-context.ts';
import {
  listOf,
  refuse,
  refuseBlocks,
  type SlackAnswer,
  type SlackArguments,
  textOf,
} from '../slack-call.ts';

export const maxMarkdownText = 12_000;
const maxUpdateText = 4000;
const maxAttachments = 100;

/** What is wrong with the content of a message, before anything is stored. */
function contentProblem(front: FrontContext, args: SlackArguments): SlackAnswer | undefined {
  if (args.markdown_text !== undefined) {
    if (args.text !== undefined || args.blocks !== undefined) return refuse('markdown_text_conflict');
    if (textOf(args, 'markdown_text').length > maxMarkdownText) return refuse('msg_too_long');
  }
  if (args.blocks !== undefined) {
    const errors = checkBlocks(args.blocks);
    if (errors.length > 0) return refuseBlocks(errors);
    if (JSON.stringify(args.blocks).length > front.blockCharacters) return refuse('msg_blocks_too_long');
  }
  if ((listOf(args, 'attachments')?.length ?? 0) > maxAttachments) return refuse('too_many_attachments');
  const threadTs = textOf(args, 'thread_ts');
  if (threadTs !== '' && !/^\d+\.\d+$/.test(threadTs)) return refuse('invalid_thread_ts');
  return undefined;
}

/** The emulated Slack knows no `markdown_text`, and does not say by itself which app wrote a message. */
function toStored({ workspace, args }: SlackCall): SlackArguments {
  const { markdown_text, token: _token, team_id: _team, ...rest } = args;
  return {
    ...rest,
    ...flags(rest),
    bot_id: workspace.bot.bot_id,
    app_id: workspace.bot.app_id,
    ...(markdown_text === undefined ? {} : { text: markdown_text }),
  };
}

/** Form-encoded bodies carry booleans as words. */
function flags(args: SlackArguments): SlackArguments {
  const names = ['unfurl_links', 'unfurl_media', 'mrkdwn', 'link_names', 'reply_broadcast'];
  return Object.fromEntries(
    names.flatMap((name) =>
      args[name] === undefined ? [] : [[name, args[name] === true || args[name] === 'true']],
    ),
  );
}

export const postMessage: SlackMethod = async (front, call) => {
  const problem = contentProblem(front, call.args);
  if (problem !== undefined) return problem;
  const answer = await call.workspace.call('chat.postMessage', toStored(call));
  if (answer.ok) clearStatus(front, call);
  return answer;
};

/** A message in a thread ends its status line. */
export function clearStatus(front: FrontContext, { args }: Pick<SlackCall, 'args'>): void {
  front.statuses.delete(threadKey(textOf(args, 'channel'), textOf(args, 'thread_ts')));
}

export const updateMessage: SlackMethod = async (front, call) => {
  const { args, workspace } = call;
  if (textOf(args, 'text').length > maxUpdateText) return refuse('msg_too_long');
  const problem = contentProblem(front, args);
  if (problem !== undefined) return problem;
  if (!(await workspace.hasChannel(textOf(args, 'channel')))) return refuse('channel_not_found');
  const stream = front.streams.find(textOf(args, 'channel'), textOf(args, 'ts'));
  // Whether the real one lets a live stream be updated is not documented: an app that stops it first is right either way.
  if (stream?.state === 'streaming') return refuse('streaming_state_conflict');
  const answer = await workspace.call('chat.update', toStored(call));
  if (answer.ok && stream !== undefined) stream.state = 'repaired';
  return answer;
};

export const postEphemeral: SlackMethod = async (front, call) => {
  const problem = contentProblem(front, call.args);
  if (problem !== undefined) return problem;
  const { args, workspace } = call;
  const answer = await workspace.call('chat.postEphemeral', toStored(call));
  if (!answer.ok) return answer;
  const blocks = listOf(args, 'blocks');
  const threadTs = textOf(args, 'thread_ts');
  front.ephemerals.push({
    team_id: workspace.team_id,
    channel: textOf(args, 'channel'),
    user: textOf(args, 'user'),
    ts: String(answer.message_ts),
    text: textOf(args, 'text') || textOf(args, 'markdown_text'),
    ...(blocks === undefined ? {} : { blocks }),
    ...(threadTs === '' ? {} : { thread_ts: threadTs }),
  });
  return answer;
};
