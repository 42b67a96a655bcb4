import { type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { getItems } from './batch-requests.ts';
import { callTable } from './call-table.ts';
import type { Item } from './parse-item.ts';
import type { KeyAttribute, TableDefinition } from './tables.ts';

export interface IndexRead {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
  readonly table: TableDefinition;
  readonly index: string;
  /** What is read, for error messages. */
  readonly what: string;
  readonly partitionValue: string;
  /** Bound of the sort key, itself not included. */
  readonly bound?: { readonly is: 'above' | 'below'; readonly value: string };
  readonly direction: 'forward' | 'backward';
  readonly limit: number;
  /** Leaves items out before they count towards `limit`. */
  readonly keep?: (item: Item) => boolean;
}

/**
 * Items in the order of an index, read from the table itself. The index only proposes: it lags behind on AWS, and an emulator
 * that was killed between its two writes keeps rows that no item stands for. So each row counts only if the item, read
 * consistently, bears the very keys of the row. What was decided is then never listed as pending, and nothing twice.
 */
export async function readIndex(read: IndexRead): Promise<{ items: Item[]; hasMore: boolean }> {
  const { partition, sort, isLocal } = indexKeys(read.table, read.index);
  const items: Item[] = [];
  let startKey: Record<string, unknown> | undefined;
  do {
    const answer = await callTable(read.what, () =>
      read.client.send(
        new QueryCommand({
          TableName: read.tableName,
          IndexName: read.index,
          KeyConditionExpression:
            read.bound === undefined
              ? '#p = :p'
              : `#p = :p AND #s ${read.bound.is === 'above' ? '>' : '<'} :s`,
          ExpressionAttributeNames: {
            '#p': partition.name,
            ...(read.bound === undefined ? {} : { '#s': sort.name }),
          },
          ExpressionAttributeValues: {
            ':p': read.partitionValue,
            ...(read.bound === undefined ? {} : { ':s': read.bound.value }),
          },
          ScanIndexForward: read.direction === 'forward',
          ConsistentRead: isLocal,
          Limit: Math.max(read.limit + 1 - items.length, 10),
          ...(startKey === undefined ? {} : { ExclusiveStartKey: startKey }),
        }),
      ),
    );
    for (const item of await itemsOfRows(read, answer.Items ?? [], partition, sort))
      if (read.keep?.(item) !== false) items.push(item);
    startKey = answer.LastEvaluatedKey;
  } while (startKey !== undefined && items.length <= read.limit);
  return { items: items.slice(0, read.limit), hasMore: items.length > read.limit };
}

async function itemsOfRows(
  read: IndexRead,
  rows: readonly Item[],
  partition: KeyAttribute,
  sort: KeyAttribute,
): Promise<Item[]> {
  const tableKeys = [read.table.partition, read.table.sort].flatMap((key) =>
    key === undefined ? [] : [key],
  );
  const keyOf = (item: Item): Record<string, unknown> =>
    Object.fromEntries(tableKeys.map((key) => [key.name, item[key.name]]));
  const nameOf = (item: Item): string => JSON.stringify(Object.values(keyOf(item)));
  const keys = new Map(rows.map((row) => [nameOf(row), keyOf(row)]));
  const found = await getItems(read.client, read.tableName, read.what, [...keys.values()]);
  const byName = new Map(found.map((item) => [nameOf(item), item]));
  return rows.flatMap((row) => {
    const item = byName.get(nameOf(row));
    const isProven =
      item !== undefined &&
      item[partition.name] === read.partitionValue &&
      item[sort.name] === row[sort.name];
    return isProven ? [item] : [];
  });
}

function indexKeys(
  table: TableDefinition,
  index: string,
): { partition: KeyAttribute; sort: KeyAttribute; isLocal: boolean } {
  const global = table.globalIndexes[index];
  if (global !== undefined) return { ...global, isLocal: false };
  const local = table.localIndexes[index];
  if (local !== undefined) return { partition: table.partition, sort: local.sort, isLocal: true };
  throw new RangeError(`no table has an index ${index}`);
}
