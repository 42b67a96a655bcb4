import {
  cancelRun,
  createRun,
  loadRun,
  presentRun,
  resolveExecution,
  runViewSchema,
  startRun,
} from '@hitl/application';
import { approvalCategorySchema, InvalidInputError, runStatuses } from '@hitl/core';
import { z } from 'zod';
import { defineRoute, type Route } from '../define-route.ts';
import { pageOf, pageQuery } from '../page.ts';
import { streamRun } from '../stream-run.ts';

const runParams = z.object({ run_id: z.string().min(1).max(80) });

const runRequestSchema = z
  .strictObject({
    user_id: z.string().min(1).max(256).optional(),
    query: z.string().trim().min(1).max(8000).optional(),
    action_text: z.string().trim().min(1).max(8000).optional(),
    category: approvalCategorySchema.optional(),
    environment: z.string().max(64).optional(),
    session_id: z.string().min(1).max(128).optional(),
    execution_timeout: z.int().min(1).max(3600).optional(),
    dry_run: z.boolean().optional(),
  })
  .refine((body) => (body.query === undefined) !== (body.action_text === undefined), {
    path: ['query'],
    message: 'give either query or action_text',
  });

const runSummarySchema = z.object({
  run_id: z.string(),
  session_id: z.string(),
  user_id: z.string(),
  status: z.enum(runStatuses),
  query: z.string(),
  created_at: z.string(),
  updated_at: z.string(),
});

export const runRoutes: readonly Route[] = [
  defineRoute({
    method: 'POST',
    path: '/agent/run',
    operationId: 'startRun',
    summary: 'Ask the agent to do something; with Accept: text/event-stream, watch it',
    body: runRequestSchema,
    response: runViewSchema,
    status: 202,
    errors: [400, 401, 403, 409, 503],
    alsoStreams: true,
    async handle(deps, { body, headers, caller, signal }) {
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
        idempotency_key: headers.get('idempotency-key') ?? undefined,
      };
      if (headers.get('accept')?.includes('text/event-stream') === true) {
        return streamRun(deps, (await createRun(deps, caller(body.user_id), request)).run, signal);
      }
      const run = await startRun(deps, caller(body.user_id), request);
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
    query: pageQuery.extend({ user_id: z.string().optional(), status: z.enum(runStatuses).optional() }),
    response: pageOf(runSummarySchema),
    status: 200,
    errors: [400, 401],
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
    errors: [401, 404],
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
    body: z.strictObject({ user_id: z.string().optional(), reason: z.string().max(2000).optional() }),
    response: runViewSchema,
    status: 200,
    errors: [400, 401, 403, 404, 409],
    async handle(deps, { params, body, caller }) {
      const run = await cancelRun(deps, caller(body.user_id), params.run_id, body.reason);
      return { status: 200, body: await presentRun(deps, run) };
    },
  }),
  defineRoute({
    method: 'POST',
    path: '/agent/runs/{run_id}/calls/{call_id}/resolve',
    operationId: 'resolveCall',
    summary: 'Say what became of a call whose outcome is unknown',
    params: runParams.extend({ call_id: z.string().min(1) }),
    body: z.strictObject({
      user_id: z.string().optional(),
      outcome: z.enum(['succeeded', 'failed']),
      note: z.string().trim().min(1).max(2000),
    }),
    response: runViewSchema,
    status: 200,
    errors: [400, 401, 403, 404, 409],
    async handle(deps, { params, body, caller }) {
      const run = await resolveExecution(deps, caller(body.user_id), {
        ...params,
        outcome: body.outcome,
        note: body.note,
      });
      return { status: 200, body: await presentRun(deps, run) };
    },
  }),
];
