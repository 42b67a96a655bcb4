/** Any one of these lets a token call the method; a method that is not here needs none. */
export const slackScopes: Readonly<Record<string, readonly string[]>> = {
  'chat.postMessage': ['chat:write'],
  'chat.update': ['chat:write'],
  'chat.delete': ['chat:write'],
  'chat.postEphemeral': ['chat:write'],
  'chat.startStream': ['chat:write'],
  'chat.appendStream': ['chat:write'],
  'chat.stopStream': ['chat:write'],
  'assistant.threads.setStatus': ['chat:write', 'assistant:write'],
  'agents.sessions.setStatus': ['assistant:write'],
  'agents.sessions.rename': ['assistant:write'],
  'users.info': ['users:read'],
  'users.list': ['users:read'],
  'conversations.open': ['im:write', 'mpim:write', 'channels:manage', 'groups:write'],
  'conversations.list': ['channels:read', 'groups:read', 'im:read', 'mpim:read'],
  'conversations.info': ['channels:read', 'groups:read', 'im:read', 'mpim:read'],
  'conversations.history': ['channels:history', 'groups:history', 'im:history', 'mpim:history'],
  'conversations.replies': ['channels:history', 'groups:history', 'im:history', 'mpim:history'],
};

/** What the default installation was granted. */
export const defaultScopes: readonly string[] = [...new Set(Object.values(slackScopes).flat()), 'commands'];
