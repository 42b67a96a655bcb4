import { type AuditEntry, auditEntryHash, genesisHash, type JsonObject } from '@hitl/core';

/** Builds the entry that follows `head` (the first one of `stream` when there is none), with a true hash. */
export function chainEntry(
  stream: string,
  head: AuditEntry | undefined,
  fields: { at?: string; actor?: string; type?: string; data?: JsonObject } = {},
): AuditEntry {
  const entry = {
    stream,
    sequence: (head?.sequence ?? 0) + 1,
    at: fields.at ?? '2026-11-23T09:00:00.000Z',
    actor: fields.actor ?? 'system',
    type: fields.type ?? 'request-refused',
    data: fields.data ?? {},
    previous_hash: head?.hash ?? genesisHash,
  };
  return { ...entry, hash: auditEntryHash(entry) };
}
