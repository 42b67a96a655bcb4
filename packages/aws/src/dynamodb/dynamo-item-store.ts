import { randomUUID } from 'node:crypto';
import { ConditionalCheckFailedException } from '@aws-sdk/client-dynamodb';
import { DeleteCommand, GetCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { type ItemStore, jsonObjectSchema, systemClock } from '@hitl/core';
import { z } from 'zod';
import { callTable } from './call-table.ts';
import { deleteRequest, putRequest } from './item-request.ts';
import { checkItemSize } from './item-size.ts';
import { keyText } from './key-text.ts';
import { parseItem, parseJsonText } from './parse-item.ts';
import type { ClockedStoreOptions } from './store-options.ts';

const itemSchema = z.object({
  version: z.int(),
  body: z.string(),
  write_id: z.string(),
  expires_at_ms: z.number().optional(),
});

/**
 * `ItemStore` on the `coordination` table: one conditional write per change. A write whose answer was lost and which the client
 * repeated is recognised as our own by its `write_id`; a deletion repeated so counts as not deleted, so that whoever needs to be
 * the one that took an item fails closed.
 */
export function createDynamoItemStore({
  client,
  tableName,
  clock = systemClock,
}: ClockedStoreOptions): ItemStore {
  const keyOf = (key: string): { pk: string; sk: string } => ({ pk: keyText('item', key), sk: '-' });

  async function read(key: string): Promise<z.infer<typeof itemSchema> | undefined> {
    const { Item } = await callTable('reading an item', () =>
      client.send(new GetCommand({ TableName: tableName, Key: keyOf(key), ConsistentRead: true })),
    );
    return Item === undefined ? undefined : parseItem(itemSchema, Item, 'an item');
  }

  return {
    async get(key) {
      const item = await read(key);
      if (item === undefined || (item.expires_at_ms ?? Number.POSITIVE_INFINITY) <= clock.now())
        return undefined;
      const value = parseItem(jsonObjectSchema, parseJsonText(item.body, 'an item'), 'an item');
      return { value, version: item.version };
    },

    async put(key, value, options) {
      const content = { body: JSON.stringify(value), write_id: randomUUID() };
      checkItemSize('writing an item', { ...keyOf(key), ...content, version: 0, ttl: 0, expires_at_ms: 0 });
      try {
        const { Attributes } = await callTable('writing an item', () =>
          client.send(
            new UpdateCommand({
              TableName: tableName,
              Key: keyOf(key),
              ...putRequest(content, options, clock.now()),
              ReturnValues: 'UPDATED_NEW',
            }),
          ),
        );
        return parseItem(z.object({ version: z.int() }), Attributes, 'an item').version;
      } catch (error) {
        if (!(error instanceof ConditionalCheckFailedException)) throw error;
        if ((error.$metadata.attempts ?? 1) === 1) return undefined;
        const item = await read(key);
        return item?.write_id === content.write_id ? item.version : undefined;
      }
    },

    async delete(key, ifVersion) {
      try {
        await callTable('deleting an item', () =>
          client.send(
            new DeleteCommand({
              TableName: tableName,
              Key: keyOf(key),
              ...deleteRequest(ifVersion, clock.now()),
            }),
          ),
        );
        return true;
      } catch (error) {
        if (error instanceof ConditionalCheckFailedException) return false;
        throw error;
      }
    },
  };
}
