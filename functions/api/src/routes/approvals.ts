import {
  type ApprovalView,
  approvalSummaryViewSchema,
  approvalViewSchema,
  castVote,
  editApproval,
  loadApproval,
  pageOf,
  presentApproval,
} from '@hitl/application';
import {
  approvalStatuses,
  jsonObjectSchema,
  NotFoundError,
  type RunState,
  voteDecisionSchema,
} from '@hitl/core';
import { z } from 'zod';
import type { ApiDeps } from '../api-deps.ts';
import { defineRoute, type Route } from '../define-route.ts';
import { pageQuery } from '../page.ts';
import { renderApprovalPage } from '../pages/render-approval-page.ts';
import { userIdSchema } from '../user-id.ts';

const approvalParams = z.object({ approval_id: z.string().min(1).max(80) });
const digestSchema = z
  .string()
  .regex(/^[0-9a-f]{64}$/, 'must be the 64 hex digits of the digest that was shown');

export const approvalRoutes: readonly Route[] = [
  defineRoute({
    method: 'GET',
    path: '/approvals',
    operationId: 'listApprovals',
    summary: 'Approval requests of one status, pending ones oldest first',
    query: pageQuery.extend({ status: z.enum(approvalStatuses).default('pending') }),
    response: pageOf(approvalSummaryViewSchema),
    status: 200,
    errors: [],
    async handle(deps, { query }) {
      const page = await deps.approvals.list({
        status: query.status,
        limit: query.limit,
        ...(query.cursor === undefined ? {} : { cursor: query.cursor }),
      });
      const items = page.items.map(({ sequence: _derived, next_due_at: _due, ...item }) => item);
      return { status: 200, body: { items, next_cursor: page.next_cursor ?? null } };
    },
  }),
  defineRoute({
    method: 'GET',
    path: '/approvals/{approval_id}',
    operationId: 'getApproval',
    summary: 'The exact calls, what they need, votes and history',
    params: approvalParams,
    response: approvalViewSchema,
    alsoPage: true,
    status: 200,
    errors: [404],
    async handle(deps, { params, wantsPage, voter }) {
      const { run } = await loadApproval(deps, params.approval_id);
      const view = await viewOf(deps, run, params.approval_id);
      return wantsPage
        ? renderApprovalPage(view, { voter, formsAt: `${params.approval_id}/` })
        : { status: 200, body: view };
    },
  }),
  defineRoute({
    method: 'POST',
    path: '/approvals/{approval_id}/votes',
    operationId: 'castVote',
    summary: 'Vote on exactly what you saw',
    params: approvalParams,
    body: z.strictObject({
      user_id: userIdSchema.optional(),
      decision: voteDecisionSchema,
      digest: digestSchema,
      reason: z.string().trim().min(1).max(2000).optional(),
    }),
    response: approvalViewSchema,
    status: 200,
    errors: [403, 404, 409],
    async handle(deps, { params, body, caller }) {
      const run = await castVote(deps, await caller(body.user_id), {
        approval_id: params.approval_id,
        decision: body.decision,
        digest: body.digest,
        reason: body.reason,
      });
      return { status: 200, body: await viewOf(deps, run, params.approval_id) };
    },
  }),
  defineRoute({
    method: 'POST',
    path: '/approvals/{approval_id}/edit',
    operationId: 'editApproval',
    summary: "Change a waiting call's arguments: new digest, policy again, earlier votes void",
    params: approvalParams,
    body: z.strictObject({
      user_id: userIdSchema.optional(),
      call_id: z.string().min(1).max(200).optional(),
      arguments: jsonObjectSchema,
      digest: digestSchema,
    }),
    response: approvalViewSchema,
    status: 200,
    errors: [403, 404, 409],
    async handle(deps, { params, body, caller }) {
      const run = await editApproval(deps, await caller(body.user_id), {
        approval_id: params.approval_id,
        call_id: body.call_id,
        arguments: body.arguments,
        digest: body.digest,
      });
      return { status: 200, body: await viewOf(deps, run, params.approval_id) };
    },
  }),
];

async function viewOf(deps: ApiDeps, run: RunState, approvalId: string): Promise<ApprovalView> {
  const approval = run.approvals.get(approvalId);
  if (approval === undefined) throw new NotFoundError(`there is no approval request ${approvalId}`);
  return presentApproval(run, approval, deps.clock.now(), await deps.repository.history(run.run_id));
}
