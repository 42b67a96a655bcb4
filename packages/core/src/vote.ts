import { z } from 'zod';
import { assuranceSchema } from './assurance.ts';
import { channelSchema } from './principal.ts';

export const voteDecisionSchema = z.enum(['approve', 'reject']);
export type VoteDecision = z.infer<typeof voteDecisionSchema>;

/** One person's decision on one digest. `grant_id` is set when a grant stood in for the person. */
export const voteSchema = z.strictObject({
  vote_id: z.string(),
  principal_id: z.string(),
  /** The person's groups when they voted. */
  groups: z.array(z.string()),
  decision: voteDecisionSchema,
  digest: z.string(),
  reason: z.string().optional(),
  channel: channelSchema,
  assurance: assuranceSchema,
  /** Index of the approval step that this vote counted for. */
  step: z.int().min(0),
  at: z.iso.datetime(),
  /** SHA-256 of the card as it was rendered to this voter, where the channel knows it. */
  rendered_digest: z.string().optional(),
  grant_id: z.string().optional(),
});
export type Vote = z.infer<typeof voteSchema>;
