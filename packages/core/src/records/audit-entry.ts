import { z } from 'zod';
import { digestOf } from '../digest.ts';
import { jsonObjectSchema } from '../tool-definition.ts';

/** The `previous_hash` of a stream's first entry. */
export const genesisHash = '0'.repeat(64);

/**
 * One link of a stream's chain. `hash` is SHA-256 over the RFC 8785 form of all other members; `previous_hash` is the hash
 * of the entry before, so no entry can be changed, removed or inserted without every later hash changing.
 */
export const auditEntrySchema = z.strictObject({
  /** `run:ID`, `grant:ID`, `tool-pins`, `policy`, `refusals`, `refusals:RUN`, `checkpoints`. */
  stream: z.string().min(1),
  /** 1, 2, 3 … without gaps. */
  sequence: z.int().min(1),
  at: z.iso.datetime(),
  /** Principal id, or `system`. */
  actor: z.string().min(1),
  type: z.string().min(1),
  data: jsonObjectSchema,
  previous_hash: z.string().regex(/^[0-9a-f]{64}$/),
  hash: z.string().regex(/^[0-9a-f]{64}$/),
});
export type AuditEntry = z.infer<typeof auditEntrySchema>;

/** Computes the hash that an entry must carry. */
export function auditEntryHash(entry: Omit<AuditEntry, 'hash'>): string {
  return digestOf({
    stream: entry.stream,
    sequence: entry.sequence,
    at: entry.at,
    actor: entry.actor,
    type: entry.type,
    data: entry.data,
    previous_hash: entry.previous_hash,
  });
}

export const runStream = (runId: string): string => `run:${runId}`;
export const grantStream = (grantId: string): string => `grant:${grantId}`;
export const toolPinsStream = 'tool-pins';
export const policyStream = 'policy';
export const refusalsStream = 'refusals';
/** Refused votes and edits of one run, once its own stream holds as many as it takes. */
export const runRefusalsStream = (runId: string): string => `refusals:${runId}`;
export const checkpointsStream = 'checkpoints';
