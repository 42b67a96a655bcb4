import { randomUUID } from 'node:crypto';
import { type Clock, type ItemStore, jsonObjectSchema, systemClock } from '@hitl/core';
import { z } from 'zod';
import { callService } from '../call-service.ts';
import { deleteRequest, type ItemRequest, putRequest } from '../dynamodb/item-request.ts';
import { checkItemSize } from '../dynamodb/item-size.ts';
import { keyText } from '../dynamodb/key-text.ts';
import { parseItem, parseJsonText } from '../dynamodb/parse-item.ts';
import type { LightAnswer, LightClient } from './create-light-client.ts';
import { LightServiceError } from './light-service-error.ts';

const number = z.object({ N: z.string() }).transform(({ N }) => Number(N));
const text = z.object({ S: z.string() }).transform(({ S }) => S);
const itemSchema = z.object({
  version: number,
  body: text,
  write_id: text,
  expires_at_ms: number.optional(),
});

export interface LightItemStoreOptions {
  readonly client: LightClient;
  readonly tableName: string;
  readonly clock?: Clock;
}

/**
 * `createDynamoItemStore` without the SDK: the same items, conditions and guarantees, so that functions of both kinds share one
 * table. A test runs the two against each other.
 */
export function createLightItemStore({
  client,
  tableName,
  clock = systemClock,
}: LightItemStoreOptions): ItemStore {
  const keyOf = (key: string) => ({ pk: { S: keyText('item', key) }, sk: { S: '-' } });

  function call(operation: string, input: object): Promise<LightAnswer> {
    return client({
      service: 'dynamodb',
      target: `DynamoDB_20120810.${operation}`,
      protocol: '1.0',
      input: { TableName: tableName, ...input },
    });
  }

  async function read(key: string): Promise<z.output<typeof itemSchema> | undefined> {
    const { output } = await callService('reading an item', () =>
      call('GetItem', { Key: keyOf(key), ConsistentRead: true }),
    );
    return output.Item === undefined ? undefined : parseItem(itemSchema, output.Item, 'an item');
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
      checkItemSize('writing an item', { pk: key, ...content, version: 0, expires_at_ms: 0 });
      const written = await callService<LightAnswer | { readonly refusedAfter: number }>(
        'writing an item',
        () =>
          call('UpdateItem', {
            Key: keyOf(key),
            ...typed(putRequest(content, options, clock.now())),
            ReturnValues: 'UPDATED_NEW',
          }),
        (error) => (isConditionFailed(error) ? { value: { refusedAfter: error.attempts } } : undefined),
      );
      if ('output' in written)
        return parseItem(z.object({ version: number }), written.output.Attributes, 'an item').version;
      if (written.refusedAfter === 1) return undefined;
      // An attempt whose answer was lost may have been ours that won.
      const item = await read(key);
      return item?.write_id === content.write_id ? item.version : undefined;
    },

    async delete(key, ifVersion) {
      return await callService(
        'deleting an item',
        async () => {
          await call('DeleteItem', {
            Key: keyOf(key),
            ...typed(deleteRequest(ifVersion, clock.now())),
          });
          return true;
        },
        (error) => (isConditionFailed(error) ? { value: false } : undefined),
      );
    },
  };
}

/** The values as DynamoDB's own protocol writes them. */
function typed(request: ItemRequest) {
  const values = Object.entries(request.ExpressionAttributeValues).map(([name, value]) => [
    name,
    typeof value === 'number' ? { N: String(value) } : { S: value },
  ]);
  return { ...request, ExpressionAttributeValues: Object.fromEntries(values) as object };
}

function isConditionFailed(error: unknown): error is LightServiceError {
  return error instanceof LightServiceError && error.type === 'ConditionalCheckFailedException';
}
