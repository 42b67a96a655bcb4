import { acceptTool, type ToolView, toolListViewSchema, toolViewSchema } from '@hitl/application';
import { qualifiedName, type ToolDefinition } from '@hitl/core';
import { z } from 'zod';
import { defineRoute, type Route } from '../define-route.ts';
import { userIdSchema } from '../user-id.ts';

export const toolRoutes: readonly Route[] = [
  defineRoute({
    method: 'GET',
    path: '/tools',
    operationId: 'listTools',
    summary: 'All tools of all servers, those that wait for acceptance, and servers that are down',
    response: toolListViewSchema,
    status: 200,
    errors: [],
    async handle(deps, { signal }) {
      const listing = await deps.tools.list({ signal });
      return {
        status: 200,
        body: {
          items: [
            ...listing.tools.map((tool) => viewOf(tool, 'accepted')),
            ...listing.quarantined.map((tool) => viewOf(tool, 'quarantined')),
          ],
          unavailable: listing.unavailable,
          dropped: listing.dropped,
        },
      };
    },
  }),
  defineRoute({
    method: 'POST',
    path: '/tools/accept',
    operationId: 'acceptTool',
    summary: 'Accept a new or changed tool exactly as it is now',
    body: z.strictObject({
      user_id: userIdSchema.optional(),
      name: z
        .string()
        .regex(/^[^/\s]+\/\S+$/, 'must be server/tool')
        .max(320),
      /** The definition that was looked at; another one is 409. */
      digest: z
        .string()
        .regex(/^[0-9a-f]{64}$/, 'must be the 64 hex digits of the definition that was shown')
        .optional(),
    }),
    response: toolViewSchema,
    status: 200,
    errors: [403, 404, 409],
    async handle(deps, { body, caller }) {
      return {
        status: 200,
        body: viewOf(await acceptTool(deps, await caller(body.user_id), body.name, body.digest), 'accepted'),
      };
    },
  }),
];

function viewOf(tool: ToolDefinition, status: 'accepted' | 'quarantined'): ToolView {
  return {
    name: qualifiedName(tool),
    title: tool.title ?? null,
    description: tool.description,
    status,
    digest: tool.digest,
    annotations: tool.annotations,
    input_schema: tool.input_schema,
  };
}
