import { GetCommand, QueryCommand, ScanCommand } from '@aws-sdk/lib-dynamodb';
import {
  type AuditEntry,
  type AuditLog,
  auditEntrySchema,
  canonicalJson,
  IntegrityError,
  type JsonObject,
  SequenceConflictError,
  sha256Hex,
  UnavailableError,
} from '@hitl/core';
import { getItems } from './batch-requests.ts';
import { callTable, putItem } from './call-table.ts';
import { epochMs } from './key-text.ts';
import { type Item, parseItem, parseJsonText } from './parse-item.ts';
import type { StoreOptions } from './store-options.ts';

/** Changing it hides older entries from `readInterval`. */
const shardCount = 8;
const dayMs = 24 * 60 * 60 * 1000;
/** Beyond this, asking every shard of every day costs more than reading the table once. */
const maximumIndexedDays = 92;

const headSchema = auditEntrySchema.omit({ data: true });

/** `AuditLog` on the `audit` table. Entries are written once with `attribute_not_exists` and never touched again. */
export function createDynamoAuditLog({ client, tableName }: StoreOptions): AuditLog {
  async function readBack(entry: AuditEntry): Promise<string | undefined> {
    const { Item } = await callTable(`reading ${entry.stream}`, () =>
      client.send(
        new GetCommand({
          TableName: tableName,
          Key: { stream: entry.stream, sequence: entry.sequence },
          ProjectionExpression: '#hash',
          ExpressionAttributeNames: { '#hash': 'hash' },
          ConsistentRead: true,
        }),
      ),
    );
    return Item === undefined ? undefined : String(Item.hash);
  }

  async function* queryPages(
    stream: string,
    after: number,
    options: { newestFirst?: boolean; limit?: number } = {},
  ): AsyncIterable<AuditEntry[]> {
    let startKey: Record<string, unknown> | undefined;
    do {
      const answer = await callTable(`reading ${stream}`, () =>
        client.send(
          new QueryCommand({
            TableName: tableName,
            KeyConditionExpression: '#stream = :stream AND #sequence > :after',
            ExpressionAttributeNames: { '#stream': 'stream', '#sequence': 'sequence' },
            ExpressionAttributeValues: { ':stream': stream, ':after': after },
            ConsistentRead: true,
            ScanIndexForward: options.newestFirst !== true,
            ...(options.limit === undefined ? {} : { Limit: options.limit }),
            ...(startKey === undefined ? {} : { ExclusiveStartKey: startKey }),
          }),
        ),
      );
      yield (answer.Items ?? []).map(entryOf);
      startKey = answer.LastEvaluatedKey;
    } while (startKey !== undefined);
  }

  async function* readAll(): AsyncIterable<AuditEntry> {
    let startKey: Record<string, unknown> | undefined;
    do {
      const answer = await callTable('reading the record', () =>
        client.send(
          new ScanCommand({
            TableName: tableName,
            ConsistentRead: true,
            ...(startKey === undefined ? {} : { ExclusiveStartKey: startKey }),
          }),
        ),
      );
      for (const item of answer.Items ?? []) yield entryOf(item);
      startKey = answer.LastEvaluatedKey;
    } while (startKey !== undefined);
  }

  /** Index rows of one bucket, then the entries themselves: the index lags and proves nothing. */
  async function* readBucket(bucket: string, fromMs: number, toMs: number): AsyncIterable<AuditEntry> {
    let startKey: Record<string, unknown> | undefined;
    do {
      const answer = await callTable('reading the record', () =>
        client.send(
          new QueryCommand({
            TableName: tableName,
            IndexName: 'by_time',
            KeyConditionExpression: '#bucket = :bucket AND #at BETWEEN :from AND :last',
            ExpressionAttributeNames: { '#bucket': 'time_bucket', '#at': 'at_ms' },
            ExpressionAttributeValues: { ':bucket': bucket, ':from': fromMs, ':last': toMs - 1 },
            ...(startKey === undefined ? {} : { ExclusiveStartKey: startKey }),
          }),
        ),
      );
      const keys = (answer.Items ?? []).map(({ stream, sequence }) => ({ stream, sequence }));
      const unique = [...new Map(keys.map((key) => [JSON.stringify(key), key])).values()];
      for (let start = 0; start < unique.length; start += 100) {
        const items = await getItems(
          client,
          tableName,
          'reading the record',
          unique.slice(start, start + 100),
        );
        for (const item of items) {
          const entry = entryOf(item);
          const atMs = Date.parse(entry.at);
          if (atMs >= fromMs && atMs < toMs) yield entry;
        }
      }
      startKey = answer.LastEvaluatedKey;
    } while (startKey !== undefined);
  }

  return {
    async append(entry) {
      const what = `appending to ${entry.stream}`;
      try {
        const isWritten = await putItem(client, what, {
          TableName: tableName,
          Item: itemOf(entry),
          ConditionExpression: 'attribute_not_exists(#stream)',
          ExpressionAttributeNames: { '#stream': 'stream' },
        });
        if (isWritten) return;
      } catch (error) {
        if (!(error instanceof UnavailableError)) throw error;
        // The answer is lost, not necessarily the write: what is stored tells.
        const stored = await readBack(entry).catch(() => undefined);
        if (stored === entry.hash) return;
        if (stored === undefined) throw error;
      }
      // Refused: by another writer's entry, or by our own first attempt whose answer was lost before the SDK's retry.
      if ((await readBack(entry)) === entry.hash) return;
      throw new SequenceConflictError(`${entry.stream} has another entry ${entry.sequence} already`);
    },

    async read(stream, after = 0) {
      const entries: AuditEntry[] = [];
      for await (const page of queryPages(stream, after)) entries.push(...page);
      return entries;
    },

    async head(stream) {
      for await (const [newest] of queryPages(stream, 0, { newestFirst: true, limit: 1 })) return newest;
      return undefined;
    },

    async *readInterval(from, to) {
      const [fromMs, toMs] = [epochMs('from', from), epochMs('to', to)];
      if (toMs <= fromMs) return;
      const [firstDay, lastDay] = [Math.floor(fromMs / dayMs), Math.floor((toMs - 1) / dayMs)];
      if (lastDay - firstDay >= maximumIndexedDays) {
        for await (const entry of readAll()) {
          const atMs = Date.parse(entry.at);
          if (atMs >= fromMs && atMs < toMs) yield entry;
        }
        return;
      }
      for (let day = firstDay; day <= lastDay; day += 1)
        for (let shard = 0; shard < shardCount; shard += 1)
          yield* readBucket(timeBucket(day * dayMs, shard), fromMs, toMs);
    },

    readAll,
  };
}

function timeBucket(atMs: number, shard: number): string {
  return `${new Date(atMs).toISOString().slice(0, 10)}#${shard}`;
}

function shardOf(stream: string): number {
  return Number.parseInt(sha256Hex(stream).slice(0, 8), 16) % shardCount;
}

function itemOf(entry: AuditEntry): Record<string, unknown> {
  const atMs = epochMs('at', entry.at);
  return {
    stream: entry.stream,
    sequence: entry.sequence,
    at: entry.at,
    actor: entry.actor,
    type: entry.type,
    data: canonicalJson(entry.data),
    previous_hash: entry.previous_hash,
    hash: entry.hash,
    at_ms: atMs,
    time_bucket: timeBucket(atMs, shardOf(entry.stream)),
  };
}

function entryOf(item: Item): AuditEntry {
  const what = `${String(item.stream)} entry ${String(item.sequence)}`;
  const { at_ms: _ms, time_bucket: _bucket, data: text, ...members } = item;
  const data = parseJsonText(text, what);
  if (data === null || typeof data !== 'object' || Array.isArray(data))
    throw new IntegrityError(`${what} has data that is no object`);
  return { ...parseItem(headSchema, members, what), data: data as JsonObject };
}
