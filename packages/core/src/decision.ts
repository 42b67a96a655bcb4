import { z } from 'zod';
import { approvalCategorySchema } from './approval-category.ts';
import { assuranceSchema } from './assurance.ts';
import { slackChannelIdSchema } from './slack-channel-id.ts';

/** `group:NAME` or `user:ID`. */
export const approverRefSchema = z
  .string()
  .regex(/^(group|user):.+$/, 'an approver is written group:NAME or user:ID');

/** One ordered step: `votes` different people out of `from` must approve before the next step opens. */
export const approvalStepSchema = z.strictObject({
  from: z.array(approverRefSchema).min(1),
  votes: z.int().min(1).max(20),
});
export type ApprovalStep = z.infer<typeof approvalStepSchema>;

/** After `after_seconds` without a decision, `to` are told, and from then on count as approvers of the open step. */
export const escalationStageSchema = z.strictObject({
  after_seconds: z.int().min(1),
  to: z.array(approverRefSchema).min(1),
});
export type EscalationStage = z.infer<typeof escalationStageSchema>;

export const approvalRequirementSchema = z.strictObject({
  steps: z.array(approvalStepSchema).min(1),
  expires_in_seconds: z.int().min(1),
  assurance: assuranceSchema,
  /** Seconds after the request at which the approvers of the open step are reminded. */
  remind_after_seconds: z.array(z.int().min(1)),
  escalate: z.array(escalationStageSchema),
  /** Where it is posted in Slack; left out where nobody named a channel. */
  slack_channels: z.array(slackChannelIdSchema).min(1).optional(),
});
export type ApprovalRequirement = z.infer<typeof approvalRequirementSchema>;

export const decisionEffects = ['allow', 'approval', 'deny'] as const;

/** The policy engine's answer for one tool call. `rule_ids` empty means that the default decided. */
export const decisionSchema = z.strictObject({
  effect: z.enum(decisionEffects),
  rule_ids: z.array(z.string()),
  reasons: z.array(z.string()),
  /** Present exactly when `effect` is `approval`. */
  requirement: approvalRequirementSchema.optional(),
  /** The category after raising, which the decision was made on. */
  category: approvalCategorySchema,
  /** SHA-256 of the policy that decided. */
  policy_digest: z.string(),
});
export type Decision = z.infer<typeof decisionSchema>;
