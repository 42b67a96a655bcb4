import { z } from 'zod';
import { approvalCategorySchema } from '../approval-category.ts';
import { decisionSchema } from '../decision.ts';
import { payloadSchema } from '../payload.ts';
import { channelSchema, principalSchema } from '../principal.ts';
import { previewSchema } from '../tool-call.ts';
import { jsonObjectSchema } from '../tool-definition.ts';
import { voteDecisionSchema, voteSchema } from '../vote.ts';

const timestamp = z.iso.datetime();

export const usageSchema = z.object({ input_tokens: z.int().min(0), output_tokens: z.int().min(0) });
export type Usage = z.infer<typeof usageSchema>;

/** Terminal run states; the other two are `running` and `awaiting_approval`. */
export const finalRunStatuses = [
  'completed',
  'denied',
  'rejected',
  'expired',
  'failed',
  'cancelled',
] as const;
export const runStatuses = ['running', 'awaiting_approval', ...finalRunStatuses] as const;
export type RunStatus = (typeof runStatuses)[number];

export const approvalStatuses = [
  'pending',
  'approved',
  'rejected',
  'expired',
  'cancelled',
  'superseded',
] as const;
export type ApprovalStatus = (typeof approvalStatuses)[number];

/**
 * Every event that a run's stream can hold. A run's state is the fold of these and nothing else
 * (`applyRunEvent`); what is not an event did not happen.
 */
export const runEventSchemas = {
  'run-started': z.strictObject({
    run_id: z.string(),
    session_id: z.string(),
    principal: principalSchema,
    query: z.string(),
    category: approvalCategorySchema.optional(),
    environment: z.string(),
    /** Bounds acting, not waiting for people. Seconds. */
    execution_timeout: z.int().min(1),
    dry_run: z.boolean(),
    channel: channelSchema,
    /** Earlier turns of the session, as data for the prompt. */
    memory: z.array(z.strictObject({ role: z.enum(['user', 'assistant']), text: z.string(), at: timestamp })),
  }),
  /** The tools that this run can see, frozen: a resumed conversation sees the same list. */
  'tools-frozen': z.strictObject({
    /** `ToolDefinition[]`, sorted by wire name. */
    tools: payloadSchema,
    unavailable: z.array(z.strictObject({ server: z.string(), reason: z.string() })),
    /** Qualified names that wait for a person's acceptance and are not offered to the model. */
    quarantined: z.array(z.string()),
  }),
  /** One model step. `messages` are the model's messages in the AI SDK's own shape. */
  'model-answered': z.strictObject({
    step: z.int().min(0),
    model_id: z.string(),
    messages: payloadSchema,
    text: z.string(),
    finish_reason: z.string(),
    usage: usageSchema,
    /** How long the model took; counts as acting time. */
    duration_ms: z.int().min(0).optional(),
    /** Tool calls of this step, in order: the model's call id and the wire name it used. */
    proposed: z.array(z.strictObject({ call_id: z.string(), wire_name: z.string() })),
  }),
  /** A proposed call with the policy's decision on it. */
  'call-decided': z.strictObject({
    call_id: z.string(),
    step: z.int().min(0),
    server: z.string(),
    tool: z.string(),
    arguments: jsonObjectSchema,
    tool_digest: z.string(),
    digest: z.string(),
    preview: previewSchema.optional(),
    decision: decisionSchema,
  }),
  'approval-requested': z.strictObject({
    approval_id: z.string(),
    call_ids: z.array(z.string()).min(1),
    digest: z.string(),
    requirement: decisionSchema.shape.requirement.unwrap(),
    expires_at: timestamp,
  }),
  'vote-cast': z.strictObject({ approval_id: z.string(), vote: voteSchema }),
  'vote-refused': z.strictObject({
    approval_id: z.string(),
    principal_id: z.string(),
    channel: channelSchema,
    decision: voteDecisionSchema,
    code: z.string(),
    detail: z.string(),
  }),
  'approval-edited': z.strictObject({
    approval_id: z.string(),
    principal_id: z.string(),
    call_id: z.string(),
    arguments: jsonObjectSchema,
    /** Missing in records from before it was kept. */
    channel: channelSchema.optional(),
    /** The edited call's new digest. */
    call_digest: z.string(),
    preview: previewSchema.optional(),
    decision: decisionSchema,
    /** The approval request's new digest; votes on any other are void. */
    digest: z.string(),
    requirement: decisionSchema.shape.requirement.unwrap(),
    expires_at: timestamp,
  }),
  'edit-refused': z.strictObject({
    approval_id: z.string(),
    principal_id: z.string(),
    channel: channelSchema.optional(),
    code: z.string(),
    detail: z.string(),
  }),
  'approval-reminded': z.strictObject({
    approval_id: z.string(),
    count: z.int().min(1),
    to: z.array(z.string()),
  }),
  'approval-escalated': z.strictObject({
    approval_id: z.string(),
    stage: z.int().min(1),
    to: z.array(z.string()),
  }),
  'approval-decided': z.strictObject({
    approval_id: z.string(),
    status: z.enum(['approved', 'rejected', 'expired', 'cancelled', 'superseded']),
    /** Principals whose votes or act decided it. */
    by: z.array(z.string()),
    reason: z.string().optional(),
  }),
  'execution-claimed': z.strictObject({
    call_id: z.string(),
    digest: z.string(),
    attempt: z.int().min(1),
    /** The worker that claims; it is dead when its lease is over or its process is known to be gone. */
    owner: z.string(),
    /** Random: two claims made in one process in the same millisecond must not be the same entry, or both would win. */
    claim_id: z.string().optional(),
    lease_expires_at: timestamp,
  }),
  'execution-succeeded': z.strictObject({
    call_id: z.string(),
    result: payloadSchema,
    upstream_request_id: z.string().optional(),
  }),
  'execution-failed': z.strictObject({
    call_id: z.string(),
    error: z.strictObject({ code: z.string(), message: z.string() }),
    result: payloadSchema.optional(),
  }),
  /** Claimed and certainly not sent, because the worker was told to stop: the call may be claimed again. */
  'execution-released': z.strictObject({ call_id: z.string(), reason: z.string() }),
  /** Nobody knows whether it happened; a person looks and resolves it. */
  'execution-unknown': z.strictObject({ call_id: z.string(), reason: z.string() }),
  /** Refused before anything was sent (`tool_definition_changed`, `target_drifted`, …). */
  'execution-refused': z.strictObject({ call_id: z.string(), code: z.string(), detail: z.string() }),
  'execution-resolved': z.strictObject({
    call_id: z.string(),
    principal_id: z.string(),
    outcome: z.enum(['succeeded', 'failed']),
    note: z.string(),
  }),
  'cancel-requested': z.strictObject({
    principal_id: z.string(),
    channel: channelSchema,
    reason: z.string().optional(),
  }),
  /** A step of the workflow broke in a way that waiting does not mend. Too many in a row end the run. */
  'step-failed': z.strictObject({ error: z.strictObject({ code: z.string(), message: z.string() }) }),
  'run-finished': z.strictObject({
    status: z.enum(finalRunStatuses),
    output: z.string(),
    error: z.strictObject({ code: z.string(), message: z.string() }).optional(),
  }),
} as const;

export type RunEventType = keyof typeof runEventSchemas;
export type RunEventData<T extends RunEventType> = z.infer<(typeof runEventSchemas)[T]>;
/** `{type, data}` of any run event. */
export type RunEvent = {
  [T in RunEventType]: { readonly type: T; readonly data: RunEventData<T> };
}[RunEventType];

export const runEventTypes = Object.keys(runEventSchemas) as RunEventType[];
