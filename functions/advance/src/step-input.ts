import { approvalCategorySchema } from '@hitl/core';
import { z } from 'zod';

/** What a person or an event starts the workflow with. */
export const requestSchema = z.strictObject({
  action_text: z.string().trim().min(1).max(8000),
  /** Seconds of acting; waiting for people does not count. */
  execution_timeout: z.int().min(1).max(3600).optional(),
  user_id: z.string().min(1).max(256).optional(),
  category: approvalCategorySchema.optional(),
  session_id: z.string().min(1).max(128).optional(),
});

/** A run that is recorded already: from the API, from an earlier step, or after a restart. */
export const continuationSchema = z.object({ run_id: z.string().min(1).max(80) });

/** What the state machine hands to the step. */
export const stepEventSchema = z.object({
  input: z.unknown(),
  task_token: z.string().min(1),
  execution_id: z.string().min(1),
});
