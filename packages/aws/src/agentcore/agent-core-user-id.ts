import { sha256Hex } from '@hitl/core';

/** What a header can say of a principal's id. The same id always gives the same one. */
export function agentCoreUserId(userId: string): string {
  if (/^[\x21-\x7e]{1,1024}$/.test(userId)) return userId;
  return `hitl-${sha256Hex(userId)}`;
}
