import { z } from 'zod';
import { assuranceSchema } from '../assurance.ts';
import { channelSchema } from '../principal.ts';
import { jsonObjectSchema } from '../tool-definition.ts';

/**
 * A time-boxed, narrowly matched pre-approval. At use it counts as one vote of the grantor, no more: a requirement of two
 * votes still needs a second person.
 */
export const grantSchema = z.strictObject({
  grant_id: z.string(),
  grantor_id: z.string(),
  grantor_groups: z.array(z.string()),
  assurance: assuranceSchema,
  channel: channelSchema,
  /** Whose requests it covers. */
  grantee_id: z.string(),
  server: z.string().min(1),
  tool: z.string().min(1),
  /** Members that the call's arguments must hold with exactly these values; others are free only if `allow_other_arguments`. */
  arguments: jsonObjectSchema,
  allow_other_arguments: z.boolean(),
  environment: z.string().optional(),
  max_uses: z.int().min(1).max(1000),
  expires_at: z.iso.datetime(),
  reason: z.string(),
});
export type Grant = z.infer<typeof grantSchema>;

export const grantEventSchemas = {
  'grant-created': z.strictObject({ grant: grantSchema }),
  'grant-used': z.strictObject({ run_id: z.string(), call_id: z.string(), digest: z.string() }),
  'grant-revoked': z.strictObject({ principal_id: z.string(), reason: z.string().optional() }),
  'grant-refused': z.strictObject({ principal_id: z.string(), code: z.string(), detail: z.string() }),
} as const;
export type GrantEventType = keyof typeof grantEventSchemas;
export type GrantEvent = {
  [T in GrantEventType]: { readonly type: T; readonly data: z.infer<(typeof grantEventSchemas)[T]> };
}[GrantEventType];

export interface GrantState {
  readonly grant: Grant;
  readonly uses: readonly { readonly run_id: string; readonly call_id: string }[];
  readonly revoked_by?: string;
  /** Codes of the refusals on record since the last use. */
  readonly refused_codes?: readonly string[];
  readonly sequence: number;
}
