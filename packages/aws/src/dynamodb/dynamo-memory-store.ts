import { QueryCommand } from '@aws-sdk/lib-dynamodb';
import { checkPageLimit, type MemoryStore, type MemoryTurn, systemClock } from '@hitl/core';
import { z } from 'zod';
import { writeItems } from './batch-requests.ts';
import { callTable, putItem } from './call-table.ts';
import { epochMs, keyText, orderPrefix } from './key-text.ts';
import { parseItem } from './parse-item.ts';
import { readIndex } from './read-index.ts';
import type { ClockedStoreOptions } from './store-options.ts';
import { tableDefinitions, ttlAttribute } from './tables.ts';

const turnSchema = z.object({ role: z.enum(['user', 'assistant']), text: z.string(), at: z.string() });

/** `MemoryStore` on the `slack_sessions` table: one partition per principal and session. */
export function createDynamoMemoryStore({
  client,
  tableName,
  clock = systemClock,
}: ClockedStoreOptions): MemoryStore {
  const keyOf = (key: { principal_id: string; session_id: string }): string =>
    keyText('memory', key.principal_id, key.session_id);
  return {
    async append(key, turnId, turn, expiresAtMs) {
      // Refused means that the turn is stored already.
      await putItem(client, 'remembering a turn', {
        TableName: tableName,
        Item: {
          pk: keyOf(key),
          sk: keyText('turn', turnId),
          time_key: timeKey(turn, turnId),
          role: turn.role,
          text: turn.text,
          at: turn.at,
          expires_at_ms: expiresAtMs,
          [ttlAttribute]: Math.ceil(expiresAtMs / 1000),
        },
        ConditionExpression: 'attribute_not_exists(#pk) OR #expires <= :now',
        ExpressionAttributeNames: { '#pk': 'pk', '#expires': 'expires_at_ms' },
        ExpressionAttributeValues: { ':now': clock.now() },
      });
    },

    async recent(key, limit) {
      const now = clock.now();
      const { items } = await readIndex({
        client,
        tableName,
        table: tableDefinitions.slack_sessions,
        index: 'by_time',
        partitionValue: keyOf(key),
        what: 'recalling turns',
        direction: 'backward',
        limit: checkPageLimit(limit),
        keep: (item) => typeof item.expires_at_ms === 'number' && item.expires_at_ms > now,
      });
      return items.reverse().map((item) => parseItem(turnSchema, item, 'a remembered turn'));
    },

    async forget(key) {
      let startKey: Record<string, unknown> | undefined;
      do {
        const answer = await callTable('forgetting a session', () =>
          client.send(
            new QueryCommand({
              TableName: tableName,
              KeyConditionExpression: '#pk = :pk',
              ProjectionExpression: '#pk, #sk',
              ExpressionAttributeNames: { '#pk': 'pk', '#sk': 'sk' },
              ExpressionAttributeValues: { ':pk': keyOf(key) },
              ConsistentRead: true,
              ...(startKey === undefined ? {} : { ExclusiveStartKey: startKey }),
            }),
          ),
        );
        await writeItems(
          client,
          tableName,
          'forgetting a session',
          (answer.Items ?? []).map(({ pk, sk }) => ({ DeleteRequest: { Key: { pk, sk } } })),
        );
        startKey = answer.LastEvaluatedKey;
      } while (startKey !== undefined);
    },
  };
}

/** At the same instant the question (0) sorts before its answer (1). */
function timeKey(turn: MemoryTurn, turnId: string): string {
  return `${orderPrefix(epochMs('at', turn.at))}#${turn.role === 'user' ? 0 : 1}#${turnId}`;
}
