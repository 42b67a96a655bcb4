import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { type Clock, InvalidInputError, type StreamEvent, UnavailableError } from '@hitl/core';
import { createFakeClock } from '@hitl/testing';
import { describeRunFeedContract } from '@hitl/testing/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type RunningDynalite, startDynalite } from '../../test/start-dynalite.ts';
import { type FaultyProxy, startFaultyProxy } from '../../test/start-faulty-proxy.ts';
import { createDynamoRunFeed, type DynamoRunFeedOptions } from './dynamo-run-feed.ts';

let dynalite: RunningDynalite;
let proxy: FaultyProxy;
let client: DynamoDBDocumentClient;
let tableName: string;

beforeAll(async () => {
  dynalite = await startDynalite();
  proxy = await startFaultyProxy(dynalite.endpoint);
  client = dynalite.connect({ endpoint: proxy.endpoint, maxAttempts: 1 });
});
beforeEach(async () => {
  tableName = (await dynalite.createTables(client)).coordination;
});
afterAll(async () => {
  client.destroy();
  await proxy.close();
  await dynalite.close();
});

const fast = { coalesceMs: 5, fastestPollMs: 2, slowestPollMs: 10, skewMs: 0 };
const open = (clock: Clock, more: Partial<DynamoRunFeedOptions> = {}) =>
  createDynamoRunFeed({ client, tableName, clock, ...fast, ...more });

describeRunFeedContract('createDynamoRunFeed', async ({ clock }) => {
  const subject = open(clock);
  return {
    subject,
    async settle() {
      await subject.flush();
      clock.advance(1000);
    },
  };
});

const delta = (text: string): StreamEvent => ({ type: 'text-delta', run_id: 'a', step: 0, text });
const finished: StreamEvent = {
  type: 'run-finished',
  run_id: 'a',
  status: 'completed',
  output: '',
  model_id: 'm',
  usage: { input_tokens: 0, output_tokens: 0 },
};
async function textOf(events: AsyncIterable<StreamEvent>): Promise<string> {
  let text = '';
  for await (const event of events) text += event.type === 'text-delta' ? event.text : `<${event.type}>`;
  return text;
}

describe('live events over the table', () => {
  it('cost one write for many words', async () => {
    const feed = open(createFakeClock(), { coalesceMs: 60_000 });
    const before = proxy.operations.length;
    feed.publish('a', delta('first'));
    await feed.flush();
    for (let i = 0; i < 200; i += 1) feed.publish('a', delta('word '));
    await feed.flush();
    await feed.flush();
    expect(proxy.operations.slice(before)).toEqual(['Query', 'PutItem', 'PutItem']);
  });

  it('keep their order when a step is taken up again by another process, whatever its clock says', async () => {
    const clock = createFakeClock();
    const behind: Clock = { now: () => clock.now() - 800 };
    const seen = textOf(open(clock).subscribe('a'));
    const [first, second] = [open(clock), open(behind)];
    first.publish('a', delta('one '));
    await first.flush();
    clock.advance(900);
    first.publish('a', delta('two '));
    await first.flush();
    second.publish('a', delta('three '));
    await second.flush();
    clock.advance(1000);
    second.publish('a', finished);
    await second.flush();
    expect(await seen).toBe('one two three <run-finished>');
  });

  it('go from one watcher to the next without a gap or a repetition', async () => {
    const clock = createFakeClock();
    const feed = open(clock);
    const words = Array.from({ length: 30 }, (_, i) => `w${i} `);
    const handOver = async (after: string | undefined) => {
      let [text, cursor, count] = ['', after, 0];
      for await (const followed of feed.follow('a', { after })) {
        text += followed.event.type === 'text-delta' ? followed.event.text : '.';
        cursor = followed.cursor;
        count += 1;
        if (count === 4) break;
      }
      return { text, cursor };
    };
    let taken = '';
    let cursor: string | undefined = (await (async () => {
      const first = handOver(undefined);
      for (const [i, word] of words.entries()) {
        feed.publish('a', { ...delta(word), step: i } as StreamEvent);
        if (i % 3 === 0) {
          await feed.flush();
          clock.advance(200);
        }
      }
      feed.publish('a', finished);
      await feed.flush();
      const { text, cursor } = await first;
      taken += text;
      return cursor;
    })()) as string | undefined;
    while (!taken.endsWith('.')) {
      const next = await handOver(cursor);
      taken += next.text;
      cursor = next.cursor;
    }
    expect(taken).toBe(`${words.join('')}.`);
    const read = feed.follow('a', { after: 'nonsense' })[Symbol.asyncIterator]();
    await expect(read.next()).rejects.toBeInstanceOf(InvalidInputError);
  });

  it.each(['lose_request', 'lose_answer', 'throttle', 'error_after'] as const)(
    'arrive once each after %s on either side',
    async (fault) => {
      const feed = open(createFakeClock());
      const seen = textOf(feed.subscribe('a'));
      proxy.inject([fault, fault], 'PutItem');
      feed.publish('a', delta('one '));
      feed.publish('a', delta('two '));
      await feed.flush();
      proxy.inject([fault, fault], 'Query');
      feed.publish('a', finished);
      await feed.flush();
      expect(await seen).toBe('one two <run-finished>');
    },
  );

  it('that could not be written are owned up to, without holding up or failing the run', async () => {
    const errors: unknown[] = [];
    const feed = open(createFakeClock(), { onError: (error) => errors.push(error) });
    const watching = textOf(feed.subscribe('a')).catch((error: unknown) => error);
    proxy.inject(
      Array.from({ length: 4 }, () => 'lose_request' as const),
      'PutItem',
    );
    feed.publish('a', delta('lost'));
    await feed.flush();
    feed.publish('a', finished);
    await feed.flush();
    expect(await watching).toBeInstanceOf(UnavailableError);
    expect(errors).toHaveLength(1);
  });

  it('that are too large for the table make watchers read the run', async () => {
    const feed = open(createFakeClock());
    const watching = textOf(feed.subscribe('a')).catch((error: unknown) => error);
    feed.publish('a', { ...finished, output: 'x'.repeat(400_000) } as StreamEvent);
    await feed.flush();
    expect(await watching).toBeInstanceOf(UnavailableError);
  });

  it('in great number are cut into items that fit', async () => {
    const feed = open(createFakeClock());
    const seen = textOf(feed.subscribe('a'));
    const text = 'ü'.repeat(20_000);
    for (let i = 0; i < 40; i += 1) feed.publish('a', delta(text));
    feed.publish('a', finished);
    await feed.flush();
    expect(await seen).toBe(`${text.repeat(40)}<run-finished>`);
  });

  it('end with an error when the table stays away', async () => {
    const clock = createFakeClock();
    const watching = textOf(open(clock).subscribe('a'));
    proxy.inject(
      Array.from({ length: 1000 }, () => 'lose_request' as const),
      'Query',
    );
    const caught = watching.catch((error: unknown) => error);
    const before = proxy.operations.length;
    while (proxy.operations.length < before + 2) await new Promise((resolve) => setTimeout(resolve, 1));
    clock.advance(30_000);
    expect(await caught).toBeInstanceOf(UnavailableError);
    proxy.inject([]);
  });
});
