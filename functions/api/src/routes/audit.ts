import { verifyReportViewSchema } from '@hitl/application';
import { auditEntrySchema, checkpointsStream, NotFoundError, runStream } from '@hitl/core';
import { z } from 'zod';
import { defineRoute, type Route } from '../define-route.ts';
import { streamText } from '../stream-text.ts';

export const auditRoutes: readonly Route[] = [
  defineRoute({
    method: 'GET',
    path: '/audit',
    operationId: 'readAudit',
    summary:
      'The entries of one stream of the record, in order; the checkpoints over all of them, if none is named',
    query: z
      .strictObject({
        stream: z.string().min(1).max(200).optional(),
        run_id: z.string().min(1).max(80).optional(),
        after: z.coerce.number('must be a whole number').int().min(0).default(0),
        limit: z.coerce.number('must be a whole number').int().min(1).max(1000).default(200),
      })
      .refine(({ stream, run_id }) => stream === undefined || run_id === undefined, {
        path: ['stream'],
        message: 'give either stream or run_id',
      }),
    response: z.object({ items: z.array(auditEntrySchema), next_after: z.int().nullable() }),
    status: 200,
    errors: [404],
    async handle(deps, { query }) {
      const { run_id } = query;
      const stream = query.stream ?? (run_id === undefined ? checkpointsStream : runStream(run_id));
      const entries = await deps.log.read(stream, query.after);
      if (run_id !== undefined && entries.length === 0 && query.after === 0)
        throw new NotFoundError(`there is no run ${run_id}`);
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
    query: z.strictObject({
      head: z
        .string()
        .regex(/^[0-9a-f]{64}$/, 'must be the 64 hex digits of a checkpoint')
        .optional(),
    }),
    response: verifyReportViewSchema,
    status: 200,
    errors: [],
    async handle(deps, { query }) {
      return { status: 200, body: await deps.verifyAudit(query.head) };
    },
  }),
  defineRoute({
    method: 'GET',
    path: '/audit/export',
    operationId: 'exportAudit',
    summary: 'The whole record as JSON Lines, for the stand-alone verifier',
    response: z.string(),
    mediaType: 'application/x-ndjson',
    status: 200,
    errors: [],
    async handle(deps) {
      const body = await streamText(deps.exportAudit());
      return new Response(body, { status: 200, headers: { 'content-type': 'application/x-ndjson' } });
    },
  }),
];
