import { z } from 'zod';
import { approvalCategorySchema } from './approval-category.ts';
import { decisionSchema } from './decision.ts';
import { finalRunStatuses, usageSchema } from './records/run-events.ts';
import { jsonObjectSchema } from './tool-definition.ts';

const errorSchema = z.strictObject({ code: z.string(), message: z.string() });

/**
 * What a client that watches a run is told while it happens. A convenience: the record is the truth, a watcher that missed
 * events reads the run. Texts are redacted before they get here.
 */
export const streamEventSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('run-started'),
    run_id: z.string(),
    session_id: z.string(),
    user_id: z.string(),
    query: z.string(),
    /** Which model answers. */
    model_id: z.string(),
  }),
  z.strictObject({
    type: z.literal('text-delta'),
    run_id: z.string(),
    step: z.int().min(0),
    text: z.string(),
  }),
  z.strictObject({
    type: z.literal('tool-call-proposed'),
    run_id: z.string(),
    call_id: z.string(),
    step: z.int().min(0),
    server: z.string(),
    tool: z.string(),
    arguments: jsonObjectSchema,
  }),
  z.strictObject({
    type: z.literal('decision-made'),
    run_id: z.string(),
    call_id: z.string(),
    server: z.string(),
    tool: z.string(),
    digest: z.string(),
    category: approvalCategorySchema,
    decision: decisionSchema.pick({ effect: true, rule_ids: true, reasons: true }),
  }),
  z.strictObject({
    type: z.literal('approval-requested'),
    run_id: z.string(),
    approval_id: z.string(),
    call_ids: z.array(z.string()),
    digest: z.string(),
    expires_at: z.string(),
  }),
  z.strictObject({
    type: z.literal('tool-call-executed'),
    run_id: z.string(),
    call_id: z.string(),
    server: z.string(),
    tool: z.string(),
    status: z.string(),
    error: errorSchema.optional(),
  }),
  z.strictObject({
    type: z.literal('run-finished'),
    run_id: z.string(),
    status: z.enum(finalRunStatuses),
    output: z.string(),
    error: errorSchema.optional(),
    model_id: z.string(),
    usage: usageSchema,
  }),
]);
export type StreamEvent = z.infer<typeof streamEventSchema>;
