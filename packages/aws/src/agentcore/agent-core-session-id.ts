import { sha256Hex } from '@hitl/core';

/** AgentCore Runtime takes session ids of 33 to 256 characters; ours may be shorter. The same id always gives the same one. */
export function agentCoreSessionId(sessionId: string): string {
  if (/^[A-Za-z0-9][A-Za-z0-9_-]{32,255}$/.test(sessionId)) return sessionId;
  return `hitl-${sha256Hex(sessionId)}`;
}
