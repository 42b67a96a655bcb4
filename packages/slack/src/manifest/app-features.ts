/** Each event that we take, and the scope without which Slack does not send it. */
export const subscribedEvents = {
  app_mention: 'app_mentions:read',
  'message.channels': 'channels:history',
  'message.groups': 'groups:history',
  'message.im': 'im:history',
  'message.mpim': 'mpim:history',
  agent_session_stopped: 'assistant:write',
  app_uninstalled: undefined,
  tokens_revoked: undefined,
  team_access_revoked: undefined,
} as const satisfies Readonly<Record<string, string | undefined>>;

/** What the bot may do: read where it is addressed, write, show that it is at work, and its command. Nothing of people's profiles. */
export const botScopes = [
  ...new Set([
    ...Object.values(subscribedEvents).filter((scope) => scope !== undefined),
    'chat:write' as const,
    'commands' as const,
  ]),
].sort();

/** What a person who signs in lets us know: which account it is. */
export const userScopes = ['openid'] as const;

/** What an installation would have to be granted as well. */
export function missingBotScopes(granted: readonly string[]): readonly string[] {
  return botScopes.filter((scope) => !granted.includes(scope));
}

export const eventNames = Object.keys(subscribedEvents) as readonly (keyof typeof subscribedEvents)[];

export const slashCommand = {
  command: '/hitl',
  description: 'What waits for approval, and work for the agent',
  usageHint: 'pending | show ID | run TEXT | help',
} as const;
