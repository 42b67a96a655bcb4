import { checkBlocks } from './check-blocks.ts';
import type { FrontContext } from './front-context.ts';
import { isRecord, refuse, type SlackAnswer } from './slack-call.ts';

/** What a `response_url` does with a body, and the status it answers with. */
export async function answerResponseUrl(
  front: FrontContext,
  path: string,
  body: string,
): Promise<{ readonly status: number; readonly answer: SlackAnswer }> {
  const target = front.responseUrls.take(path);
  if (target === undefined || typeof target === 'string')
    return { status: 404, answer: refuse(target ?? 'invalid_url') };
  const workspace = front.workspaces.find(({ team_id }) => team_id === target.team_id);
  const message: unknown = parse(body);
  if (workspace === undefined || !isRecord(message))
    return { status: 400, answer: refuse('invalid_payload') };
  const errors = message.blocks === undefined ? [] : checkBlocks(message.blocks);
  if (errors.length > 0) return { status: 400, answer: refuse('invalid_blocks', { errors }) };
  const content = {
    channel: target.channel,
    text: message.text ?? '',
    ...(message.blocks === undefined ? {} : { blocks: message.blocks }),
  };
  const { message_ts: ts } = target;
  if (message.delete_original === true && ts !== undefined)
    return { status: 200, answer: await workspace.call('chat.delete', { channel: target.channel, ts }) };
  if (message.replace_original === true && ts !== undefined)
    return { status: 200, answer: await workspace.call('chat.update', { ...content, ts }) };
  const thread = target.thread_ts === undefined ? {} : { thread_ts: target.thread_ts };
  if (message.response_type === 'in_channel')
    return { status: 200, answer: await workspace.call('chat.postMessage', { ...content, ...thread }) };
  front.ephemerals.push({
    team_id: target.team_id,
    channel: target.channel,
    user: target.user,
    ts: `${front.clock.now() / 1000}`,
    text: String(message.text ?? ''),
    ...(Array.isArray(message.blocks) ? { blocks: message.blocks } : {}),
    ...thread,
  });
  return { status: 200, answer: { ok: true } };
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
