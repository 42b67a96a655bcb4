import { GetCommand } from '@aws-sdk/lib-dynamodb';
import {
  type RunStore,
  type RunSummary,
  runStatuses,
  sha256Hex,
  systemClock,
  UnavailableError,
} from '@hitl/core';
import { z } from 'zod';
import { callTable, putItem } from './call-table.ts';
import { epochMs, keyText, orderKey } from './key-text.ts';
import { parseItem } from './parse-item.ts';
import { readPage } from './read-page.ts';
import type { ClockedStoreOptions } from './store-options.ts';
import { getSummary, putSummary } from './summary-items.ts';
import { tableDefinitions, ttlAttribute } from './tables.ts';

const runSummarySchema: z.ZodType<RunSummary> = z.object({
  run_id: z.string(),
  session_id: z.string(),
  user_id: z.string(),
  status: z.enum(runStatuses),
  query: z.string(),
  created_at: z.string(),
  updated_at: z.string(),
  sequence: z.int().min(0),
});

const claimSchema = z.object({ run_id: z.string(), fingerprint: z.string(), expires_at_ms: z.number() });

const everyRun = 'run';

/** `RunStore` on the `runs` table. */
export function createDynamoRunStore({
  client,
  tableName,
  clock = systemClock,
}: ClockedStoreOptions): RunStore {
  return {
    async put(summary) {
      await putSummary(
        client,
        tableName,
        {
          pk: keyText('run', summary.run_id),
          list_key: everyRun,
          user_key: keyText('user', summary.user_id),
          status_key: keyText('status', summary.status),
          user_status_key: keyText('user-status', summary.user_id, summary.status),
          order_key: orderKey(epochMs('created_at', summary.created_at), summary.run_id),
        },
        summary,
      );
    },

    async get(runId) {
      return getSummary(client, tableName, keyText('run', runId), runSummarySchema);
    },

    async list({ user_id, status, limit, cursor }) {
      return readPage({
        client,
        tableName,
        table: tableDefinitions.runs,
        ...listIndex(user_id, status),
        what: 'listing runs',
        scope: { list: 'runs', user_id, status },
        sortAttribute: 'order_key',
        schema: runSummarySchema,
        direction: 'backward',
        limit,
        cursor,
      });
    },

    async claimIdempotencyKey(key, runId, fingerprint, expiresAtMs) {
      // Hashed: callers choose keys of any length and content.
      const pk = keyText('idempotency', sha256Hex(key));
      const what = 'claiming an idempotency key';
      for (let attempt = 0; attempt < 5; attempt += 1) {
        const isClaimed = await putItem(client, what, {
          TableName: tableName,
          Item: {
            pk,
            run_id: runId,
            fingerprint,
            expires_at_ms: expiresAtMs,
            [ttlAttribute]: Math.ceil(expiresAtMs / 1000),
          },
          ConditionExpression: 'attribute_not_exists(#pk) OR #expires <= :now',
          ExpressionAttributeNames: { '#pk': 'pk', '#expires': 'expires_at_ms' },
          ExpressionAttributeValues: { ':now': clock.now() },
        });
        if (isClaimed) return { run_id: runId, fingerprint };
        const { Item } = await callTable(what, () =>
          client.send(new GetCommand({ TableName: tableName, Key: { pk }, ConsistentRead: true })),
        );
        // Deleted between the two requests: the key is free again.
        if (Item === undefined) continue;
        const held = parseItem(claimSchema, Item, 'an idempotency key');
        return { run_id: held.run_id, fingerprint: held.fingerprint };
      }
      throw new UnavailableError(`${what} is not possible now (it keeps changing hands)`);
    },
  };
}

function listIndex(
  userId: string | undefined,
  status: string | undefined,
): { index: string; partitionValue: string } {
  if (userId !== undefined && status !== undefined)
    return { index: 'by_user_status', partitionValue: keyText('user-status', userId, status) };
  if (userId !== undefined) return { index: 'by_user', partitionValue: keyText('user', userId) };
  if (status !== undefined) return { index: 'by_status', partitionValue: keyText('status', status) };
  return { index: 'by_list', partitionValue: everyRun };
}
