import { GetCommand } from '@aws-sdk/lib-dynamodb';
import {
  type ApprovalStore,
  type ApprovalSummary,
  approvalStatuses,
  checkPageLimit,
  systemClock,
} from '@hitl/core';
import { z } from 'zod';
import { callTable, putItem } from './call-table.ts';
import { epochMs, keyText, orderKey, orderPrefix } from './key-text.ts';
import { parseItem } from './parse-item.ts';
import { readIndex } from './read-index.ts';
import { readPage } from './read-page.ts';
import type { ClockedStoreOptions } from './store-options.ts';
import { getSummary, putSummary, summaryOf } from './summary-items.ts';
import { tableDefinitions, ttlAttribute } from './tables.ts';

const approvalSummarySchema: z.ZodType<ApprovalSummary> = z.object({
  approval_id: z.string(),
  run_id: z.string(),
  requester_id: z.string(),
  status: z.enum(approvalStatuses),
  tools: z.array(z.string()),
  query: z.string(),
  digest: z.string(),
  requested_at: z.string(),
  expires_at: z.string(),
  next_due_at: z.string().exactOptional(),
  sequence: z.int().min(0),
});

const tokenSchema = z.object({ token: z.string() });

const dueKey = 'approval-due';
/** Step Functions keeps an execution, and with it a token, for a year at most. */
const tokenLifeMs = 366 * 24 * 60 * 60 * 1000;

/** `ApprovalStore` on the `approvals` table. */
export function createDynamoApprovalStore({
  client,
  tableName,
  clock = systemClock,
}: ClockedStoreOptions): ApprovalStore {
  const table = tableDefinitions.approvals;
  return {
    async put(summary) {
      const { approval_id, status, requested_at, next_due_at } = summary;
      const isDue = status === 'pending' && next_due_at !== undefined;
      await putSummary(
        client,
        tableName,
        {
          pk: keyText('approval', approval_id),
          list_key: keyText('approval', status),
          list_order: orderKey(epochMs('requested_at', requested_at), approval_id),
          lookup_key: isDue ? dueKey : undefined,
          lookup_order: isDue ? orderKey(epochMs('next_due_at', next_due_at), approval_id) : undefined,
        },
        summary,
      );
    },

    async get(approvalId) {
      return getSummary(client, tableName, keyText('approval', approvalId), approvalSummarySchema);
    },

    async list({ status, limit, cursor }) {
      return readPage({
        client,
        tableName,
        table,
        index: 'by_list',
        partitionValue: keyText('approval', status),
        what: 'listing approvals',
        scope: { list: 'approvals', status },
        sortAttribute: 'list_order',
        schema: approvalSummarySchema,
        direction: status === 'pending' ? 'forward' : 'backward',
        limit,
        cursor,
      });
    },

    async listDue(now, limit) {
      const { items } = await readIndex({
        client,
        tableName,
        table,
        index: 'by_lookup',
        partitionValue: dueKey,
        what: 'listing due approvals',
        bound: { is: 'below', value: orderPrefix(epochMs('now', now) + 1) },
        direction: 'forward',
        limit: checkPageLimit(limit),
      });
      return items.map((item) => summaryOf(item, approvalSummarySchema));
    },

    async putTaskToken(runId, token) {
      await putItem(client, 'storing a task token', {
        TableName: tableName,
        Item: {
          pk: keyText('task-token', runId),
          token,
          [ttlAttribute]: Math.ceil((clock.now() + tokenLifeMs) / 1000),
        },
      });
    },

    async getTaskToken(runId) {
      const { Item } = await callTable('reading a task token', () =>
        client.send(
          new GetCommand({
            TableName: tableName,
            Key: { pk: keyText('task-token', runId) },
            ConsistentRead: true,
          }),
        ),
      );
      return Item === undefined ? undefined : parseItem(tokenSchema, Item, 'a task token').token;
    },
  };
}
