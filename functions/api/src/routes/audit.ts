import { auditEntrySchema, runStream } from '@hitl/core';
import { z } from 'zod';
import { defineRoute, type Route } from '../define-route.ts';

const verifyReportSchema = z.object({
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
    query: z.object({
      head: z
        .string()
        .regex(/^[0-9a-f]{64}$/, 'must be the 64 hex digits of a checkpoint')
        .optional(),
    }),
    response: verifyReportSchema,
    status: 200,
    errors: [400, 401],
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
    status: 200,
    errors: [401],
    async handle(deps) {
      const lines = deps.exportAudit()[Symbol.asyncIterator]();
      const encoder = new TextEncoder();
      const body = new ReadableStream<Uint8Array>({
        async pull(controller) {
          const next = await lines.next();
          if (next.done === true) controller.close();
          else controller.enqueue(encoder.encode(next.value));
        },
      });
      return new Response(body, { status: 200, headers: { 'content-type': 'application/x-ndjson' } });
    },
  }),
];
