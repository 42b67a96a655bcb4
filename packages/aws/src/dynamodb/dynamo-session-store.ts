import { GetCommand } from '@aws-sdk/lib-dynamodb';
import { type SessionStore, UnavailableError } from '@hitl/core';
import { z } from 'zod';
import { callTable, putItem } from './call-table.ts';
import { keyText } from './key-text.ts';
import { parseItem } from './parse-item.ts';
import type { StoreOptions } from './store-options.ts';

const sessionSchema = z.object({ session_id: z.string() });

/** `SessionStore` on the `slack_sessions` table. A conversation's session never changes once it is made. */
export function createDynamoSessionStore({ client, tableName }: StoreOptions): SessionStore {
  const keyOf = (conversation: string): { pk: string; sk: string } => ({
    pk: keyText('session', conversation),
    sk: 'session',
  });

  async function get(conversation: string): Promise<string | undefined> {
    const { Item } = await callTable('finding a session', () =>
      client.send(new GetCommand({ TableName: tableName, Key: keyOf(conversation), ConsistentRead: true })),
    );
    return Item === undefined ? undefined : parseItem(sessionSchema, Item, 'a session').session_id;
  }

  return {
    get,
    async getOrCreate(conversation, newSessionId) {
      const existing = await get(conversation);
      if (existing !== undefined) return existing;
      const isMade = await putItem(client, 'making a session', {
        TableName: tableName,
        Item: { ...keyOf(conversation), session_id: newSessionId },
        ConditionExpression: 'attribute_not_exists(#pk)',
        ExpressionAttributeNames: { '#pk': 'pk' },
      });
      if (isMade) return newSessionId;
      const winner = await get(conversation);
      if (winner === undefined) throw new UnavailableError('making a session is not possible now');
      return winner;
    },
  };
}
