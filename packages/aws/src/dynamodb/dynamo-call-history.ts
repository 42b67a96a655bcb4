import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { type CallHistory, IntegrityError, type RecordedCall } from '@hitl/core';
import { callTable, putItem } from './call-table.ts';
import { keyText, orderPrefix } from './key-text.ts';
import type { StoreOptions } from './store-options.ts';
import { ttlAttribute } from './tables.ts';

const retentionMs = 31 * 24 * 60 * 60 * 1000;

/** `CallHistory` on the `slack_sessions` table: one partition per principal, counted on the index rows alone. */
export function createDynamoCallHistory({ client, tableName }: StoreOptions): CallHistory {
  return {
    async record(call) {
      // Refused means that the call is counted already.
      await putItem(client, 'recording a call', {
        TableName: tableName,
        Item: {
          pk: keyText('calls', call.principal_id),
          sk: keyText('call', call.call_id),
          time_key: timeKey(call),
          [ttlAttribute]: Math.ceil((call.at_ms + retentionMs) / 1000),
        },
        ConditionExpression: 'attribute_not_exists(#pk)',
        ExpressionAttributeNames: { '#pk': 'pk' },
      });
    },

    async countSince({ principal_id, since_ms, server, tool }) {
      let count = 0;
      let startKey: Record<string, unknown> | undefined;
      do {
        const answer = await callTable('counting calls', () =>
          client.send(
            new QueryCommand({
              TableName: tableName,
              IndexName: 'by_time',
              KeyConditionExpression: '#pk = :pk AND #time >= :since',
              ExpressionAttributeNames: { '#pk': 'pk', '#time': 'time_key' },
              ExpressionAttributeValues: {
                ':pk': keyText('calls', principal_id),
                ':since': orderPrefix(Math.max(0, Math.ceil(since_ms))),
              },
              ConsistentRead: true,
              ...(startKey === undefined ? {} : { ExclusiveStartKey: startKey }),
            }),
          ),
        );
        for (const row of answer.Items ?? []) {
          const called = calledTool(row.time_key);
          if (
            (server === undefined || called.server === server) &&
            (tool === undefined || called.tool === tool)
          )
            count += 1;
        }
        startKey = answer.LastEvaluatedKey;
      } while (startKey !== undefined);
      return count;
    },
  };
}

/** `TIME#["server","tool"]`: the index row says all that is counted by. */
function timeKey(call: RecordedCall): string {
  return `${orderPrefix(call.at_ms)}#${JSON.stringify([call.server, call.tool])}`;
}

function calledTool(timeKeyText: unknown): { server: string; tool: string } {
  const parts: unknown = JSON.parse(String(timeKeyText).slice(orderPrefix(0).length + 1));
  if (Array.isArray(parts) && typeof parts[0] === 'string' && typeof parts[1] === 'string')
    return { server: parts[0], tool: parts[1] };
  throw new IntegrityError('a recorded call is stored in a form that this version does not know');
}
