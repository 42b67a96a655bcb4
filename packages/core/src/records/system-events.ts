import { z } from 'zod';
import { channelSchema } from '../principal.ts';

/** Events of streams that belong to no run: tool pins, checkpoints, the policy in force, refusals at the door. */
export const systemEventSchemas = {
  'tool-accepted': z.strictObject({ name: z.string(), digest: z.string(), principal_id: z.string() }),
  'policy-loaded': z.strictObject({ policy_digest: z.string(), source: z.string() }),
  'request-refused': z.strictObject({
    principal_id: z.string(),
    channel: channelSchema,
    code: z.string(),
    detail: z.string(),
  }),
  'checkpoint-made': z.strictObject({
    /** Events with `from` <= at < `to` are covered. */
    from: z.iso.datetime(),
    to: z.iso.datetime(),
    /** Merkle root over the sorted heads. */
    merkle_root: z.string(),
    stream_count: z.int().min(0),
    /** `[{stream, sequence, hash}]` of every stream that grew in the interval, as it stood at its end; sorted by stream. */
    heads: z.union([
      z.strictObject({ inline: z.json() }),
      z.strictObject({ sha256: z.string(), bytes: z.int().min(0) }),
    ]),
  }),
} as const;
export type SystemEventType = keyof typeof systemEventSchemas;
