import { type AuditEntry, type JsonValue, systemEventSchemas } from '@hitl/core';
import { z } from 'zod';
import type { PinnedHead } from './merkle-root.ts';
import { blobOf } from './payload-members.ts';

/** `from` of the first checkpoint: everything before its `to` is covered. */
export const beginningOfTime = '1970-01-01T00:00:00.000Z';

export type Checkpoint = z.infer<(typeof systemEventSchemas)['checkpoint-made']>;

const headsSchema = z.array(
  z.strictObject({
    stream: z.string().min(1),
    sequence: z.int().min(1),
    hash: z.string().regex(/^[0-9a-f]{64}$/),
  }),
);

/** `undefined` when the entry is no well-formed checkpoint. */
export function parseCheckpoint(entry: AuditEntry): Checkpoint | undefined {
  if (entry.type !== 'checkpoint-made') return undefined;
  return systemEventSchemas['checkpoint-made'].safeParse(entry.data).data;
}

/** The heads that a checkpoint lists, inline or in its blob; `undefined` when there is no such list. */
export function readHeads(
  entry: AuditEntry,
  blobText: string | undefined,
): readonly PinnedHead[] | undefined {
  if (blobOf(entry) === undefined) {
    const { inline } = entry.data.heads as { inline?: JsonValue };
    return headsSchema.safeParse(inline).data;
  }
  try {
    return blobText === undefined ? undefined : headsSchema.safeParse(JSON.parse(blobText)).data;
  } catch {
    return undefined;
  }
}

/** The order in which heads are listed: by stream, in UTF-16 code units, as RFC 8785 sorts members. */
export function compareStreams(a: { readonly stream: string }, b: { readonly stream: string }): number {
  return a.stream < b.stream ? -1 : a.stream > b.stream ? 1 : 0;
}
