import { createGrant, grantViewSchema, pageOf, revokeGrant } from '@hitl/application';
import { type GrantState, jsonObjectSchema } from '@hitl/core';
import { z } from 'zod';
import { defineRoute, type Route } from '../define-route.ts';
import { pageQuery } from '../page.ts';
import { userIdSchema } from '../user-id.ts';

export const grantRoutes: readonly Route[] = [
  defineRoute({
    method: 'GET',
    path: '/grants',
    operationId: 'listGrants',
    summary: 'Pre-approvals, newest first',
    query: pageQuery,
    response: pageOf(grantViewSchema),
    status: 200,
    errors: [],
    async handle(deps, { query }) {
      const page = await deps.grants.list({
        limit: query.limit,
        ...(query.cursor === undefined ? {} : { cursor: query.cursor }),
      });
      const items = page.items.map(({ sequence: _derived, created_at: _created, ...item }) => item);
      return { status: 200, body: { items, next_cursor: page.next_cursor ?? null } };
    },
  }),
  defineRoute({
    method: 'POST',
    path: '/grants',
    operationId: 'createGrant',
    summary: 'Give a time-boxed, narrowly matched pre-approval; it counts as one vote of yours',
    body: z.strictObject({
      user_id: userIdSchema.optional(),
      grantee_id: userIdSchema,
      server: z.string().min(1).max(64),
      tool: z.string().min(1).max(256),
      arguments: jsonObjectSchema,
      allow_other_arguments: z.boolean().optional(),
      environment: z.string().min(1).max(64).optional(),
      max_uses: z.int().min(1).max(1000),
      expires_in_seconds: z.int().min(1),
      reason: z.string().trim().min(1).max(2000),
    }),
    response: grantViewSchema,
    status: 201,
    errors: [403],
    async handle(deps, { body, caller }) {
      const { user_id, ...request } = body;
      return { status: 201, body: viewOf(await createGrant(deps, await caller(user_id), request)) };
    },
  }),
  defineRoute({
    method: 'DELETE',
    path: '/grants/{grant_id}',
    operationId: 'revokeGrant',
    summary: 'Revoke a pre-approval at once',
    params: z.object({ grant_id: z.string().min(1).max(80) }),
    query: z.strictObject({ user_id: userIdSchema.optional(), reason: z.string().max(2000).optional() }),
    response: grantViewSchema,
    status: 200,
    errors: [403, 404],
    async handle(deps, { params, query, caller }) {
      return {
        status: 200,
        body: viewOf(await revokeGrant(deps, await caller(query.user_id), params.grant_id, query.reason)),
      };
    },
  }),
];

function viewOf(state: GrantState): object {
  return { ...state.grant, uses: state.uses.length, revoked: state.revoked_by !== undefined };
}
