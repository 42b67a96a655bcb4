import { randomBytes } from 'node:crypto';

export interface EventScope {
  readonly team_id: string;
  readonly app_id: string;
  readonly bot_user_id: string;
  readonly enterprise_id?: string | undefined;
  /** Epoch milliseconds. */
  readonly nowMs: number;
}

/** One event in the envelope of the Events API, with a new event id. */
export function eventEnvelope(
  scope: EventScope,
  event: Readonly<Record<string, unknown>>,
  more: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> & { readonly event_id: string } {
  const enterprise = scope.enterprise_id ?? null;
  return {
    token: 'legacy-verification-token',
    team_id: scope.team_id,
    ...(enterprise === null ? {} : { enterprise_id: enterprise }),
    context_team_id: scope.team_id,
    context_enterprise_id: enterprise,
    api_app_id: scope.app_id,
    event,
    type: 'event_callback',
    event_id: `Ev${randomBytes(6).toString('hex').toUpperCase()}`,
    event_time: Math.floor(scope.nowMs / 1000),
    authorizations: [
      {
        enterprise_id: enterprise,
        team_id: scope.team_id,
        user_id: scope.bot_user_id,
        is_bot: true,
        is_enterprise_install: false,
      },
    ],
    is_ext_shared_channel: false,
    event_context: `4-${randomBytes(8).toString('hex')}`,
    ...more,
  };
}

/** `channel` by its first letter, as Slack says it. */
export function channelTypeOf(channel: string): 'im' | 'mpim' | 'group' | 'channel' {
  if (channel.startsWith('D')) return 'im';
  return channel.startsWith('G') ? 'group' : 'channel';
}

export interface SpokenMessage {
  readonly channel: string;
  readonly user: string;
  readonly text: string;
  readonly ts: string;
  readonly thread_ts?: string | undefined;
  readonly team_id: string;
  readonly channel_type?: 'im' | 'mpim' | 'group' | 'channel' | undefined;
}

/** A person's message as `message.*` tells it. */
export function messageEvent(message: SpokenMessage): Record<string, unknown> {
  return {
    type: 'message',
    user: message.user,
    ts: message.ts,
    client_msg_id: `${message.ts}-${message.user}`,
    text: message.text,
    team: message.team_id,
    ...(message.thread_ts === undefined ? {} : { thread_ts: message.thread_ts }),
    blocks: [
      {
        type: 'rich_text',
        block_id: 'b1',
        elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text: message.text }] }],
      },
    ],
    channel: message.channel,
    event_ts: message.ts,
    channel_type: message.channel_type ?? channelTypeOf(message.channel),
  };
}

/** The same message as `app_mention` tells it; mentions have no channel type. */
export function mentionEvent(message: SpokenMessage): Record<string, unknown> {
  const { channel_type: _type, ...event } = messageEvent(message);
  return { ...event, type: 'app_mention' };
}
