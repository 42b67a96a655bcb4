import { type AuditEntry, type Payload, payloadSchema } from '@hitl/core';

/** Which member of which event may be kept as a blob. A test holds this against the event schemas. */
export const payloadMembers: Readonly<Record<string, string>> = {
  'tools-frozen': 'tools',
  'model-answered': 'messages',
  'execution-succeeded': 'result',
  'execution-failed': 'result',
  'checkpoint-made': 'heads',
};

/** The blob that an entry refers to, if it refers to one. */
export function blobOf(entry: AuditEntry): Exclude<Payload, { inline: unknown }> | undefined {
  const member = Object.hasOwn(payloadMembers, entry.type) ? payloadMembers[entry.type] : undefined;
  // Asked of entries that may have been tampered with, too.
  const data: Partial<AuditEntry['data']> | null | undefined = entry.data;
  if (member === undefined || data?.[member] === undefined) return undefined;
  const payload = payloadSchema.safeParse(data[member]);
  return payload.success && 'sha256' in payload.data ? payload.data : undefined;
}
