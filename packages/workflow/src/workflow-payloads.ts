import { approvalCategorySchema } from '@hitl/core';
import { z } from 'zod';

/** What anybody may start the state machine with. */
export const startInputSchema = z.object({
  action_text: z.string().trim().min(1, 'action_text must say in plain English what to do'),
  /** Seconds; bounds acting, not waiting for people. */
  execution_timeout: z.int().min(1).optional(),
  user_id: z.string().min(1).optional(),
  category: approvalCategorySchema.optional(),
  session_id: z.string().min(1).optional(),
});
export type StartInput = z.infer<typeof startInputSchema>;

/** A run that is on the record already; `status` comes back from the step before. */
export const resumeInputSchema = z.object({ run_id: z.string().min(1), status: z.string().optional() });

/** With a `run_id` it resumes, whatever else is there; without one it must hold an `action_text`. */
export const workflowInputSchema = z.unknown().transform((value, context) => {
  const isResume = typeof value === 'object' && value !== null && 'run_id' in value;
  const parsed = isResume ? resumeInputSchema.safeParse(value) : startInputSchema.safeParse(value);
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues) {
    context.addIssue({ code: 'custom', path: issue.path, message: issue.message });
  }
  return z.NEVER;
});
export type WorkflowInput = StartInput | z.infer<typeof resumeInputSchema>;

/** What `Advance` hands to its function. The token is a capability: never logged. */
export const advancePayloadSchema = z.object({
  input: workflowInputSchema,
  task_token: z.string().min(1),
  execution_id: z.string().min(1),
});
export type AdvancePayload = z.infer<typeof advancePayloadSchema>;

/** What `Expire` hands to its function: the input of the step that timed out, with `timed_out` added. */
export const expirePayloadSchema = z.object({ input: workflowInputSchema, execution_id: z.string().min(1) });
export type ExpirePayload = z.infer<typeof expirePayloadSchema>;

/** What a step ends with; the state machine reads `status` only. */
export interface StepOutput {
  readonly run_id: string;
  readonly status: string;
}
