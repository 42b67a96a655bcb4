import {
  cancelRun,
  createRun,
  loadRun,
  pageOf,
  presentRun,
  resolveExecution,
  runSummaryViewSchema,
  runViewSchema,
  startRun,
} from '@hitl/application';
import { approvalCategorySchema, InvalidInputError, runStatuses } from '@hitl/core';
import { z } from 'zod';
import { defineRoute, type Route } from '../define-route.ts';
import { pageQuery } from '../page.ts';
import { streamRun } from '../stream-run.ts';
import { userIdSchema } from '../user-id.ts';

const runParams = z.object({ run_id: z.string().min(1).max(80) });

const runRequestSchema = z
  .strictObject({
    user_id: userIdSchema.optional(),
    query: z.string().trim().min(1).max(8000).optional(),
    action_text: z.string().trim().min(1).max(8000).optional(),
    category: approvalCategorySchema.optional(),
    environment: z.string().min(1).max(64).optional(),
    session_id: z
      .string()
      .min(1)
      .max(128)
      .regex(/^\P{Cc}*$/u, 'must not hold control characters')
      .optional(),
    execution_timeout: z.int().min(1).max(3600).optional(),
    dry_run: z.boolean().optional(),
  })
  .refine((body) => (body.query === undefined) !== (body.action_text === undefined), {
    path: ['query'],
    message: 'give either query or action_text',
  });

export const runRoutes: readonly Route[] = [
  defineRoute({
    method: 'POST',
    path: '/agent/run',
    operationId: 'startRun',
    summary: 'Ask the agent to do something; with Accept: text/event-stream, watch it',
    headers: z.object({
      'Idempotency-Key': z
        .string()
        .regex(/^[\x20-\x7e]{1,255}$/, 'must be 1 to 255 printable ASCII characters')
        .optional(),
    }),
    body: runRequestSchema,
    response: runViewSchema,
    status: 202,
    errors: [403, 409],
    alsoStreams: true,
    async handle(deps, { body, headers, caller, wantsEventStream, signal }) {
      if (body.environment !== undefined && body.environment !== deps.environment) {
        throw new InvalidInputError(`environment: this is ${deps.environment}`, {
          errors: [{ path: 'environment', message: `must be ${deps.environment}, or left out` }],
        });
      }
      const request = {
        query: body.query ?? body.action_text ?? '',
        category: body.category,
        session_id: body.session_id,
        execution_timeout: body.execution_timeout,
        dry_run: body.dry_run,
        idempotency_key: headers['Idempotency-Key'],
      };
      const requester = await caller(body.user_id);
      if (wantsEventStream) {
        const { run } = await createRun(deps, requester, request);
        return streamRun(deps, run.run_id, signal);
      }
      const run = await startRun(deps, requester, request);
      return {
        status: 202,
        body: await presentRun(deps, run),
        headers: { location: `/agent/runs/${run.run_id}` },
      };
    },
  }),
  defineRoute({
    method: 'GET',
    path: '/agent/runs',
    operationId: 'listRuns',
    summary: 'Runs, newest first',
    query: pageQuery.extend({ user_id: userIdSchema.optional(), status: z.enum(runStatuses).optional() }),
    response: pageOf(runSummaryViewSchema),
    status: 200,
    errors: [],
    async handle(deps, { query }) {
      const page = await deps.runs.list({
        limit: query.limit,
        ...(query.cursor === undefined ? {} : { cursor: query.cursor }),
        ...(query.user_id === undefined ? {} : { user_id: query.user_id }),
        ...(query.status === undefined ? {} : { status: query.status }),
      });
      const items = page.items.map(({ sequence: _derived, ...item }) => item);
      return { status: 200, body: { items, next_cursor: page.next_cursor ?? null } };
    },
  }),
  defineRoute({
    method: 'GET',
    path: '/agent/runs/{run_id}',
    operationId: 'getRun',
    summary: 'One run, as its record stands now',
    params: runParams,
    response: runViewSchema,
    status: 200,
    errors: [404],
    async handle(deps, { params }) {
      return { status: 200, body: await presentRun(deps, await loadRun(deps, params.run_id)) };
    },
  }),
  defineRoute({
    method: 'POST',
    path: '/agent/runs/{run_id}/cancel',
    operationId: 'cancelRun',
    summary: 'Cancel a run: what has not been executed will not be',
    params: runParams,
    body: z.strictObject({ user_id: userIdSchema.optional(), reason: z.string().max(2000).optional() }),
    response: runViewSchema,
    status: 200,
    errors: [403, 404, 409],
    async handle(deps, { params, body, caller }) {
      const run = await cancelRun(deps, await caller(body.user_id), params.run_id, body.reason);
      return { status: 200, body: await presentRun(deps, run) };
    },
  }),
  defineRoute({
    method: 'POST',
    path: '/agent/runs/{run_id}/calls/{call_id}/resolve',
    operationId: 'resolveCall',
    summary: 'Say what became of a call whose outcome is unknown',
    params: runParams.extend({ call_id: z.string().min(1).max(200) }),
    body: z.strictObject({
      user_id: userIdSchema.optional(),
      outcome: z.enum(['succeeded', 'failed']),
      note: z.string().trim().min(1).max(2000),
    }),
    response: runViewSchema,
    status: 200,
    errors: [403, 404, 409],
    async handle(deps, { params, body, caller }) {
      const run = await resolveExecution(deps, await caller(body.user_id), {
        ...params,
        outcome: body.outcome,
        note: body.note,
      });
      return { status: 200, body: await presentRun(deps, run) };
    },
  }),
];
