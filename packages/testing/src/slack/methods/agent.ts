import { type SlackMethod, threadKey } from '../front-context.ts';
import { refuse, textOf } from '../slack-call.ts';

const maxLoadingMessages = 10;
const maxTitle = 200;

/** The line under a thread; an empty status clears it. */
export const setThreadStatus: SlackMethod = async (front, { args, workspace }) => {
  const channel = textOf(args, 'channel_id');
  const threadTs = textOf(args, 'thread_ts');
  if (!(await workspace.hasChannel(channel))) return refuse('channel_not_found');
  if (!/^\d+\.\d+$/.test(threadTs)) return refuse('invalid_thread_ts');
  const loading = args.loading_messages ?? [];
  if (!Array.isArray(loading) || loading.length > maxLoadingMessages) return refuse('invalid_arguments');
  const key = threadKey(channel, threadTs);
  const status = textOf(args, 'status');
  if (status === '') front.statuses.delete(key);
  else
    front.statuses.set(key, {
      channel,
      thread_ts: threadTs,
      status,
      loading_messages: loading.map(String),
      at_ms: front.clock.now(),
    });
  return { ok: true };
};

export const setSessionStatus: SlackMethod = async (front, { args, workspace }) => {
  const channel = textOf(args, 'channel_id');
  const threadTs = textOf(args, 'thread_ts');
  if (!(await workspace.hasChannel(channel))) return refuse('channel_not_found');
  if (threadTs === '') return refuse('thread_ts_required');
  const status = textOf(args, 'status');
  if (!['active', 'processing', 'suspended', 'closed'].includes(status)) return refuse('invalid_status');
  const title = textOf(args, 'title');
  if (title.length > maxTitle) return refuse('invalid_title');
  const key = threadKey(channel, threadTs);
  const before = front.sessions.get(key);
  const kept = before?.title ?? (title === '' ? undefined : title);
  front.sessions.set(key, {
    channel,
    thread_ts: threadTs,
    status,
    ...(kept === undefined ? {} : { title: kept }),
  });
  return { ok: true };
};

export const renameSession: SlackMethod = (front, { args }) => {
  const key = threadKey(textOf(args, 'channel_id'), textOf(args, 'thread_ts'));
  const session = front.sessions.get(key);
  if (session === undefined) return refuse('session_not_found');
  const title = textOf(args, 'title');
  if (title === '' || title.length > maxTitle) return refuse('invalid_title');
  front.sessions.set(key, { ...session, title });
  return { ok: true };
};
