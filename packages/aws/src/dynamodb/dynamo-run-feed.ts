import { randomBytes } from 'node:crypto';
import { PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { type RunFeed, type StreamEvent, systemClock } from '@hitl/core';
import { callTable } from './call-table.ts';
import { createFeedReader, msOf } from './feed-reader.ts';
import { createFeedWriter } from './feed-writer.ts';
import { keyText, orderKey } from './key-text.ts';
import type { ClockedStoreOptions } from './store-options.ts';
import { ttlAttribute } from './tables.ts';

export interface DynamoRunFeedOptions extends ClockedStoreOptions {
  /** Events of one run are written at most this often; default 200. */
  readonly coalesceMs?: number;
  /** How often to look while events come (default 150) and while none do (default 1,000). */
  readonly fastestPollMs?: number;
  readonly slowestPollMs?: number;
  /**
   * What clocks of publishers and watchers may differ. A watcher begins this much earlier, so that it misses nothing from the
   * moment it subscribed; it may be told again what happened just before. Default 500.
   */
  readonly skewMs?: number;
  /** Told when events could not be written, which watchers learn as well. */
  readonly onError?: (error: unknown) => void;
}

/** An event with the place after which `follow` goes on. */
export interface FollowedEvent {
  readonly event: StreamEvent;
  readonly cursor: string;
}

export interface DynamoRunFeed extends RunFeed {
  /** Writes what waits; for the end of an invocation, after which the process is frozen. Never rejects. */
  flush(): Promise<void>;
  /**
   * As `subscribe`, but resumable: with `after`, a `cursor` at most an hour old, exactly the events behind it, so that one worker
   * takes over from another without a gap or a repetition.
   */
  follow(
    runId: string,
    options?: { readonly after?: string | undefined; readonly signal?: AbortSignal | undefined },
  ): AsyncIterable<FollowedEvent>;
}

const retentionSeconds = 60 * 60;
/** Runs whose newest batch a process remembers. */
const maximumRemembered = 1000;

/**
 * `RunFeed` on the `coordination` table. A publisher writes batches under keys that sort by time; a watcher polls. Several
 * publishers of one run are fine: keys never collide, and a watcher looks back far enough to find a batch that landed late.
 */
export function createDynamoRunFeed(options: DynamoRunFeedOptions): DynamoRunFeed {
  const { client, tableName, clock = systemClock, coalesceMs = 200, skewMs = 500 } = options;
  const publisher = randomBytes(8).toString('hex');
  /** Per run, the time of the newest batch that we know of: ours, or the one that was there before our first. */
  const newestMs = new Map<string, number>();

  /** A batch sorts behind what its run has already, whatever the clocks of two publishers say. */
  async function nextKey(runId: string): Promise<string> {
    const before = newestMs.get(runId) ?? (await readNewestMs(options, runId));
    const ms = Math.max(clock.now(), before + 1);
    if (newestMs.size >= maximumRemembered) newestMs.clear();
    newestMs.set(runId, ms);
    return orderKey(ms, publisher);
  }

  const writer = createFeedWriter({
    coalesceMs,
    retryAfterMs: [100, 400, 1600],
    onError: options.onError ?? (() => {}),
    prepare(runId, { json, isAfterLoss }) {
      let key: string | undefined;
      return async () => {
        // Once per batch: written again after a lost answer, it replaces itself.
        key ??= await nextKey(runId);
        const item = {
          pk: keyText('feed', runId),
          sk: key,
          events: json,
          ...(isAfterLoss ? { is_after_loss: true } : {}),
          [ttlAttribute]: Math.ceil(clock.now() / 1000) + retentionSeconds,
        };
        await callTable('publishing events', () =>
          client.send(new PutCommand({ TableName: tableName, Item: item })),
        );
      };
    },
  });

  const read = createFeedReader({
    client,
    tableName,
    clock,
    fastestPollMs: options.fastestPollMs ?? 150,
    slowestPollMs: options.slowestPollMs ?? 1000,
  });

  const follow: DynamoRunFeed['follow'] = (runId, { after, signal } = {}) =>
    read(runId, after ?? { sinceMs: Math.max(0, clock.now() - skewMs) }, signal);

  return {
    publish: (runId, event) => writer.add(runId, event),
    flush: () => writer.flush(),
    follow,
    subscribe: (runId, signal) => eventsOf(follow(runId, { signal })),
  };
}

async function* eventsOf(followed: AsyncIterable<FollowedEvent>): AsyncGenerator<StreamEvent, void> {
  for await (const { event } of followed) yield event;
}

async function readNewestMs({ client, tableName }: DynamoRunFeedOptions, runId: string): Promise<number> {
  const { Items } = await callTable('publishing events', () =>
    client.send(
      new QueryCommand({
        TableName: tableName,
        KeyConditionExpression: '#pk = :pk',
        ProjectionExpression: '#sk',
        ExpressionAttributeNames: { '#pk': 'pk', '#sk': 'sk' },
        ExpressionAttributeValues: { ':pk': keyText('feed', runId) },
        ScanIndexForward: false,
        Limit: 1,
        ConsistentRead: true,
      }),
    ),
  );
  return msOf(String(Items?.[0]?.sk ?? '0'));
}
