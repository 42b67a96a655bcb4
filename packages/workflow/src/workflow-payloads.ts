import { approvalCategorySchema, jsonObjectSchema } from '@hitl/core';
import { z } from 'zod';

/** What anyone starts the workflow with. Whoever may start an execution is known to AWS only: `user_id` is a claim. */
export const workflowRequestSchema = z.strictObject({
  action_text: z
    .string({ error: (issue) => (issue.input === undefined ? 'is required' : 'must be a text') })
    .trim()
    .min(1)
    .max(8000),
  /** Seconds of acting; waiting for people does not count. */
  execution_timeout: z.int().min(1).max(3600).optional(),
  user_id: z.string().min(1).max(256).optional(),
  category: approvalCategorySchema.optional(),
  session_id: z.string().min(1).max(128).optional(),
});
export type WorkflowRequest = z.infer<typeof workflowRequestSchema>;

/** A run that is recorded already: from the API, from an earlier step, or after a restart. Other members are ignored. */
export const continuationSchema = z.object({ run_id: z.string().min(1).max(80) });

/** What a step ends with: the run when it is over, else at least this much. */
export interface StepOutput {
  readonly run_id: string;
  /** `running` and `awaiting_approval` enter `Advance` again; anything else ends the execution. */
  readonly status: string;
}

/**
 * What `Advance` hands to its function. `input` is what the execution was started with (a `workflowRequestSchema` from outside,
 * or a `continuationSchema`), and from the second entry on the output of the step before. The token is a capability: never logged.
 */
export const advancePayloadSchema = z.object({
  input: jsonObjectSchema,
  task_token: z.string().min(1),
  /** The same for every entry and every retry of one execution. */
  execution_id: z.string().min(1),
});
export type AdvancePayload = z.infer<typeof advancePayloadSchema>;

/** What `Expire` hands to its function: the input of the step that timed out, with `timed_out` added. */
export const expirePayloadSchema = z.object({
  input: z.union([continuationSchema, z.object({ action_text: z.string() })]),
  execution_id: z.string().min(1),
});
export type ExpirePayload = z.infer<typeof expirePayloadSchema>;
