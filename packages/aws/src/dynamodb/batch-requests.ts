import { setTimeout as sleep } from 'node:timers/promises';
import { BatchGetCommand, BatchWriteCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { UnavailableError } from '@hitl/core';
import { callTable } from './call-table.ts';
import type { Item } from './parse-item.ts';

const maximumGets = 100;
const maximumWrites = 25;
/** With doubling pauses from 25 ms: more than a second in all before giving up. */
const maximumRounds = 7;

type WriteRequest =
  | { readonly PutRequest: { readonly Item: Record<string, unknown> } }
  | { readonly DeleteRequest: { readonly Key: Record<string, unknown> } };

/** Strongly consistent reads of many items, in no particular order; absent ones are left out. */
export async function getItems(
  client: DynamoDBDocumentClient,
  tableName: string,
  what: string,
  keys: readonly Record<string, unknown>[],
): Promise<Item[]> {
  const items: Item[] = [];
  for (let start = 0; start < keys.length; start += maximumGets) {
    await repeatUnprocessed(what, keys.slice(start, start + maximumGets), async (pending) => {
      const answer = await callTable(what, () =>
        client.send(
          new BatchGetCommand({ RequestItems: { [tableName]: { Keys: pending, ConsistentRead: true } } }),
        ),
      );
      items.push(...(answer.Responses?.[tableName] ?? []));
      return answer.UnprocessedKeys?.[tableName]?.Keys ?? [];
    });
  }
  return items;
}

/** Puts and deletes without conditions; for what is idempotent by nature. Not atomic: a failure leaves some done. */
export async function writeItems(
  client: DynamoDBDocumentClient,
  tableName: string,
  what: string,
  requests: readonly WriteRequest[],
): Promise<void> {
  for (let start = 0; start < requests.length; start += maximumWrites) {
    await repeatUnprocessed(what, requests.slice(start, start + maximumWrites), async (pending) => {
      const answer = await callTable(what, () =>
        client.send(new BatchWriteCommand({ RequestItems: { [tableName]: pending } })),
      );
      return (answer.UnprocessedItems?.[tableName] ?? []) as WriteRequest[];
    });
  }
}

/** DynamoDB answers a batch with success and hands back what it was too busy for: that goes again, a little later. */
async function repeatUnprocessed<T>(
  what: string,
  all: readonly T[],
  send: (pending: T[]) => Promise<T[]>,
): Promise<void> {
  let pending = [...all];
  for (let round = 0; pending.length > 0; round += 1) {
    if (round === maximumRounds)
      throw new UnavailableError(`${what} is not possible now (${pending.length} items were not processed)`);
    if (round > 0) await sleep(25 * 2 ** (round - 1) * (0.5 + Math.random() / 2));
    pending = await send(pending);
  }
}
