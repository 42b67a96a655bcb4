import { setTimeout as wait } from 'node:timers/promises';
import { type DynamoDBDocumentClient, QueryCommand } from '@aws-sdk/lib-dynamodb';
import {
  type Clock,
  InvalidInputError,
  type StreamEvent,
  streamEventSchema,
  UnavailableError,
} from '@hitl/core';
import { z } from 'zod';
import { callTable } from './call-table.ts';
import { keyText, orderPrefix } from './key-text.ts';
import { parseItem, parseJsonText } from './parse-item.ts';

export interface FeedReaderOptions {
  readonly client: DynamoDBDocumentClient;
  readonly tableName: string;
  readonly clock: Clock;
  readonly fastestPollMs: number;
  readonly slowestPollMs: number;
}

type Place = { readonly sk: string; readonly index: number };

/** A batch may land this much later than its key says: it was tried again, or its publisher's clock is behind another's. */
const lookBackMs = 3000;
/** A table that stays away for longer ends the watching. */
const maximumOutageMs = 30_000;
const pauseGrowth = 1.5;

const batchSchema = z.object({ sk: z.string(), events: z.string(), is_after_loss: z.boolean().optional() });
type Batch = z.infer<typeof batchSchema>;

/** Polls a run's batches from a time or behind a cursor until `run-finished`. */
export function createFeedReader(options: FeedReaderOptions) {
  const { client, tableName, clock, fastestPollMs, slowestPollMs } = options;

  async function* query(runId: string, fromKey: string): AsyncGenerator<Batch, void> {
    let startKey: Record<string, unknown> | undefined;
    do {
      const answer = await callTable('reading events', () =>
        client.send(
          new QueryCommand({
            TableName: tableName,
            KeyConditionExpression: '#pk = :pk AND #sk >= :from',
            ExpressionAttributeNames: { '#pk': 'pk', '#sk': 'sk' },
            ExpressionAttributeValues: { ':pk': keyText('feed', runId), ':from': fromKey },
            ConsistentRead: true,
            ...(startKey === undefined ? {} : { ExclusiveStartKey: startKey }),
          }),
        ),
      );
      for (const item of answer.Items ?? []) yield parseItem(batchSchema, item, 'a batch of events');
      startKey = answer.LastEvaluatedKey;
    } while (startKey !== undefined);
  }

  return async function* read(
    runId: string,
    from: string | { readonly sinceMs: number },
    signal: AbortSignal | undefined,
  ): AsyncGenerator<{ event: StreamEvent; cursor: string }, void> {
    const begin: Place =
      typeof from === 'string' ? placeOf(from) : { sk: orderPrefix(from.sinceMs), index: -1 };
    const seen = new Set<string>();
    let newestMs = msOf(begin.sk);
    let pauseMs = fastestPollMs;
    let awaySinceMs: number | undefined;

    while (signal?.aborted !== true) {
      const backMs = newestMs - lookBackMs;
      const fromKey = backMs > msOf(begin.sk) ? orderPrefix(backMs) : begin.sk;
      for (const key of seen) if (key < fromKey) seen.delete(key);
      let isQuiet = true;
      try {
        for await (const batch of query(runId, fromKey)) {
          if (signal?.aborted) return;
          if (seen.has(batch.sk)) continue;
          seen.add(batch.sk);
          newestMs = Math.max(newestMs, msOf(batch.sk));
          isQuiet = false;
          const events = eventsOf(batch);
          const first = batch.sk === begin.sk ? begin.index + 1 : 0;
          if (batch.is_after_loss === true && first === 0)
            throw new MissedEvents(`events of ${runId} were lost on their way; read the run instead`);
          for (const [index, event] of events.entries()) {
            if (index < first || event === undefined) continue;
            yield { event, cursor: JSON.stringify([batch.sk, index]) };
            if (event.type === 'run-finished' || signal?.aborted) return;
          }
        }
        awaySinceMs = undefined;
      } catch (error) {
        if (error instanceof MissedEvents || !(error instanceof UnavailableError)) throw error;
        awaySinceMs ??= clock.now();
        if (clock.now() - awaySinceMs >= maximumOutageMs) throw error;
      }
      pauseMs = isQuiet ? Math.min(pauseMs * pauseGrowth, slowestPollMs) : fastestPollMs;
      await wait(pauseMs, undefined, signal === undefined ? {} : { signal }).catch(() => {});
    }
  };
}

class MissedEvents extends UnavailableError {}

/** An event that this version does not know is `undefined`: a newer publisher must not end an older watcher. */
function eventsOf(batch: Batch): (StreamEvent | undefined)[] {
  const events = parseItem(
    z.array(z.unknown()),
    parseJsonText(batch.events, 'a batch of events'),
    'a batch of events',
  );
  return events.map((event) => streamEventSchema.safeParse(event).data);
}

/** Epoch milliseconds of a batch's key. */
export function msOf(sortKey: string): number {
  return Number(sortKey.slice(0, orderPrefix(0).length));
}

const placeSchema = z.tuple([z.string().regex(/^\d{15}#[0-9a-f]+$/), z.int().min(0)]);

function placeOf(cursor: string): Place {
  try {
    const [sk, index] = placeSchema.parse(JSON.parse(cursor));
    return { sk, index };
  } catch (error) {
    throw new InvalidInputError('the cursor of a feed is not one of ours', { cause: error });
  }
}
