import { createEmulator } from 'emulate';
import type { SlackAnswer, SlackArguments } from './slack-call.ts';

/** One workspace to set up. Every workspace has the channels `general` and `random`, and the user `admin`. */
export interface SlackWorkspaceSeed {
  readonly team_id: string;
  readonly name?: string;
  /** Belongs to this Enterprise Grid organisation. */
  readonly enterprise_id?: string;
  readonly users?: readonly string[];
  readonly channels?: readonly string[];
}

/** A workspace whose people, channels and messages live in an emulated Slack of its own. */
export interface EmulatedWorkspace {
  readonly team_id: string;
  readonly name: string;
  readonly domain: string;
  readonly enterprise_id: string | undefined;
  /** Ids by name. */
  readonly users: Readonly<Record<string, string>>;
  readonly channels: Readonly<Record<string, string>>;
  readonly bot: { readonly user_id: string; readonly bot_id: string; readonly app_id: string };
  /** Calls the emulated Slack as the app's bot, or as one of its people (a user id). */
  call(method: string, args: SlackArguments, as?: string): Promise<SlackAnswer>;
  /** Hands a request to a path of the emulated Slack outside of its Web API. */
  forward(path: string, init: RequestInit): Promise<Response>;
  hasChannel(channel: string): Promise<boolean>;
  close(): Promise<void>;
}

const bot = { user_id: 'U0HITLBOT', bot_id: 'B0HITLBOT', app_id: 'A0HITLAPP' } as const;
const scopes = [
  'admin',
  'channels:history',
  'channels:read',
  'channels:write',
  'chat:write',
  'groups:history',
  'groups:read',
  'im:history',
  'im:read',
  'im:write',
  'mpim:history',
  'mpim:read',
  'users:read',
];

export async function openEmulatedWorkspace(seed: SlackWorkspaceSeed): Promise<EmulatedWorkspace> {
  const people = ['admin', ...(seed.users ?? [])];
  const tokenOf = (who: string): string => `inside-${who}`;
  const emulator = await createEmulator({
    service: 'slack',
    port: 0,
    seed: {
      slack: {
        team: { name: seed.name ?? seed.team_id, domain: seed.team_id.toLowerCase() },
        users: (seed.users ?? []).map((name) => ({ name })),
        channels: (seed.channels ?? []).map((name) => ({ name })),
        oauth_apps: [
          {
            client_id: 'inside',
            client_secret: 'inside',
            name: 'HITL',
            redirect_uris: [],
            scopes,
            bot_name: 'hitl',
            bot_user_id: bot.user_id,
            bot_id: bot.bot_id,
            app_id: bot.app_id,
          },
        ],
        tokens: [
          { token: tokenOf('bot'), user_id: bot.user_id, scopes, app_id: bot.app_id, bot_id: bot.bot_id },
          ...people.map((name) => ({ token: tokenOf(name), user: name, scopes })),
        ],
      },
    },
  });
  const post = async (method: string, args: SlackArguments, token: string): Promise<SlackAnswer> => {
    const response = await fetch(new URL(`/api/${method}`, emulator.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${token}` },
      body: JSON.stringify(args),
    });
    if (response.status === 404) return { ok: false, error: 'unknown_method' };
    return (await response.json()) as SlackAnswer;
  };
  const list = async (method: string, member: string, idName: string) => {
    const answer = await post(method, { limit: 1000 }, tokenOf('admin'));
    const items = answer[member] as readonly Record<string, string>[];
    return Object.fromEntries(items.map((item) => [item.name ?? '', item[idName] ?? item.id ?? '']));
  };
  const users = await list('users.list', 'members', 'id');
  const channels = await list('conversations.list', 'channels', 'id');
  const names = new Map(Object.entries(users).map(([name, id]) => [id, name]));
  const known = new Set(Object.values(channels));
  return {
    team_id: seed.team_id,
    name: seed.name ?? seed.team_id,
    domain: seed.team_id.toLowerCase(),
    enterprise_id: seed.enterprise_id,
    users,
    channels,
    bot,
    call: (method, args, as) => post(method, args, tokenOf(as === undefined ? 'bot' : (names.get(as) ?? as))),
    forward: (path, init) => fetch(new URL(path, emulator.url), init),
    async hasChannel(channel) {
      if (known.has(channel)) return true;
      const { ok } = await post('conversations.info', { channel }, tokenOf('bot'));
      if (ok) known.add(channel);
      return ok;
    },
    close: () => emulator.close(),
  };
}
