import type { SessionStore } from '@hitl/core';

export function createMemorySessionStore(): SessionStore {
  const sessions = new Map<string, string>();
  return {
    async getOrCreate(conversation, newSessionId) {
      const session = sessions.get(conversation) ?? newSessionId;
      sessions.set(conversation, session);
      return session;
    },
    async get(conversation) {
      return sessions.get(conversation);
    },
  };
}
