import { auditEntrySchema, runStream } from '@hitl/core';
import { z } from 'zod';
import { defineRoute, type Route } from '../define-route.ts';

export const auditRoutes: readonly Route[] = [
  defineRoute({
    method: 'GET',
    path: '/audit',
    operationId: 'readAudit',
    summary: 'The entries of one stream of the record, in order',
    query: z.object({
      stream: z.string().min(1).max(200).optional(),
      run_id: z.string().min(1).max(80).optional(),
      after: z.coerce.number().int().min(0).default(0),
      limit: z.coerce.number().int().min(1).max(1000).default(200),
    }),
    response: z.object({ items: z.array(auditEntrySchema), next_after: z.int().nullable() }),
    status: 200,
    errors: [400, 401],
    async handle(deps, { query }) {
      const stream = query.stream ?? (query.run_id === undefined ? 'checkpoints' : runStream(query.run_id));
      const entries = await deps.log.read(stream, query.after);
      const items = entries.slice(0, query.limit);
      return {
        status: 200,
        body: { items, next_after: entries.length > items.length ? (items.at(-1)?.sequence ?? null) : null },
      };
    },
  }),
  defineRoute({
    method: 'GET',
    path: '/audit/verify',
    operationId: 'verifyAudit',
    summary: 'Check every chain and checkpoint; names the first bad entry',
    response: z.looseObject({ ok: z.boolean() }),
    status: 200,
    errors: [401],
    async handle(deps) {
      return { status: 200, body: await deps.verifyAudit() };
    },
  }),
];
