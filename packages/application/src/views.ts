import {
  approvalCategorySchema,
  approvalRequirementSchema,
  approvalStatuses,
  callStatuses,
  decisionSchema,
  grantSchema,
  jsonObjectSchema,
  previewSchema,
  runStatuses,
  usageSchema,
  voteSchema,
} from '@hitl/core';
import { z } from 'zod';

const errorSchema = z.object({ code: z.string(), message: z.string() });

export const callViewSchema = z.object({
  call_id: z.string(),
  server: z.string(),
  tool: z.string(),
  arguments: jsonObjectSchema,
  digest: z.string(),
  category: approvalCategorySchema,
  decision: decisionSchema.pick({ effect: true, rule_ids: true, reasons: true }),
  approval_id: z.string().optional(),
  status: z.enum(callStatuses),
  preview: previewSchema.optional(),
  result: z.json().optional(),
  error: errorSchema.optional(),
  resolved_by: z.string().optional(),
});
export type CallView = z.infer<typeof callViewSchema>;

/** A run as every interface shows it. */
export const runViewSchema = z.object({
  run_id: z.string(),
  session_id: z.string(),
  status: z.enum(runStatuses),
  user_id: z.string(),
  query: z.string(),
  environment: z.string(),
  dry_run: z.boolean(),
  model_id: z.string().nullable(),
  output: z.string().nullable(),
  tool_calls: z.array(callViewSchema),
  unavailable_servers: z.array(z.object({ server: z.string(), reason: z.string() })),
  quarantined_tools: z.array(z.string()),
  error: errorSchema.optional(),
  created_at: z.string(),
  updated_at: z.string(),
  usage: usageSchema,
});
export type RunView = z.infer<typeof runViewSchema>;

export const approvalViewSchema = z.object({
  approval_id: z.string(),
  run_id: z.string(),
  status: z.enum(approvalStatuses),
  requester_id: z.string(),
  query: z.string(),
  environment: z.string(),
  digest: z.string(),
  requirement: approvalRequirementSchema,
  calls: z.array(
    callViewSchema
      .pick({
        call_id: true,
        server: true,
        tool: true,
        arguments: true,
        digest: true,
        category: true,
        status: true,
        preview: true,
      })
      .extend({ rule_ids: z.array(z.string()), reasons: z.array(z.string()) }),
  ),
  votes: z.array(voteSchema).readonly(),
  void_votes: z.array(voteSchema).readonly(),
  editors: z.array(z.string()).readonly(),
  open_step: z
    .object({
      index: z.int(),
      approvers: z.array(z.string()).readonly(),
      votes_needed: z.int(),
      votes_have: z.int(),
    })
    .optional(),
  requested_at: z.string(),
  expires_at: z.string(),
  decided_by: z.array(z.string()).readonly(),
  decided_at: z.string().optional(),
  reason: z.string().optional(),
  history: z.array(
    z.object({
      sequence: z.int(),
      at: z.string(),
      actor: z.string(),
      type: z.string(),
      data: jsonObjectSchema,
    }),
  ),
});
export type ApprovalView = z.infer<typeof approvalViewSchema>;

export const grantViewSchema = grantSchema.extend({
  uses: z.int(),
  revoked: z.boolean(),
});
export type GrantView = z.infer<typeof grantViewSchema>;

/** A page of a list: follow `next_cursor` until it is null. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), next_cursor: z.string().nullable() });
}

export const runSummaryViewSchema = runViewSchema.pick({
  run_id: true,
  session_id: true,
  user_id: true,
  status: true,
  query: true,
  created_at: true,
  updated_at: true,
});

export const approvalSummaryViewSchema = approvalViewSchema
  .pick({
    approval_id: true,
    run_id: true,
    requester_id: true,
    status: true,
    query: true,
    digest: true,
    requested_at: true,
    expires_at: true,
  })
  .extend({
    /** Qualified names of the calls. */
    tools: z.array(z.string()),
  });

export const toolViewSchema = z.object({
  name: z.string(),
  title: z.string().nullable(),
  description: z.string(),
  status: z.enum(['accepted', 'quarantined']),
  digest: z.string(),
  annotations: z.looseObject({}),
  input_schema: z.looseObject({}),
});
export type ToolView = z.infer<typeof toolViewSchema>;

export const toolListViewSchema = z.object({
  items: z.array(toolViewSchema),
  unavailable: z.array(z.object({ server: z.string(), reason: z.string() })),
  dropped: z.array(z.object({ server: z.string(), tool: z.string(), reason: z.string() })),
});

/** What checking the whole record found. */
export const verifyReportViewSchema = z.object({
  ok: z.boolean(),
  entries: z.int(),
  streams: z.int(),
  checkpoints: z.int(),
  blobs: z.int(),
  head: z.string().nullable(),
  late_entries: z.int(),
  problem: z
    .object({
      what: z.string(),
      detail: z.string(),
      stream: z.string().optional(),
      sequence: z.int().optional(),
    })
    .optional(),
});
export type VerifyReportView = z.infer<typeof verifyReportViewSchema>;
