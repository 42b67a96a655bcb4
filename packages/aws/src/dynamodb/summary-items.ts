import { type DynamoDBDocumentClient, GetCommand } from '@aws-sdk/lib-dynamodb';
import type { z } from 'zod';
import { callTable, putItem } from './call-table.ts';
import { type Item, parseItem, parseJsonText } from './parse-item.ts';

/**
 * Derived list items: `{ pk, <index keys>, sequence, body }` with the summary as JSON text. Index keys that are `undefined`
 * are left out, and with them the item from that index.
 */
export async function putSummary(
  client: DynamoDBDocumentClient,
  tableName: string,
  keys: { readonly pk: string; readonly [indexKey: string]: string | undefined },
  summary: { readonly sequence: number },
): Promise<void> {
  // False means that a newer summary is stored: exactly what is wanted.
  await putItem(client, `storing ${keys.pk}`, {
    TableName: tableName,
    Item: {
      ...Object.fromEntries(Object.entries(keys).filter(([, value]) => value !== undefined)),
      sequence: summary.sequence,
      body: JSON.stringify(summary),
    },
    ConditionExpression: 'attribute_not_exists(#pk) OR #sequence <= :sequence',
    ExpressionAttributeNames: { '#pk': 'pk', '#sequence': 'sequence' },
    ExpressionAttributeValues: { ':sequence': summary.sequence },
  });
}

/** Strongly consistent; `undefined` when there is none. */
export async function getSummary<T>(
  client: DynamoDBDocumentClient,
  tableName: string,
  pk: string,
  schema: z.ZodType<T>,
): Promise<T | undefined> {
  const { Item } = await callTable(`reading ${pk}`, () =>
    client.send(new GetCommand({ TableName: tableName, Key: { pk }, ConsistentRead: true })),
  );
  return Item === undefined ? undefined : summaryOf(Item, schema);
}

export function summaryOf<T>(item: Item, schema: z.ZodType<T>): T {
  const what = String(item.pk);
  return parseItem(schema, parseJsonText(item.body, what), what);
}
