import { type StreamEvent, UnavailableError } from '@hitl/core';
import { describeRunFeedContract } from '@hitl/testing/contracts';
import { describe, expect, it } from '@jest/globals';
import { createRunFeed } from './create-run-feed.ts';

describeRunFeedContract('the feed of one process', async () => {
  const subject = createRunFeed();
  return { subject, settle: async () => {}, close: async () => subject.close() };
});

const delta = (run_id: string, text: string): StreamEvent => ({ type: 'text-delta', run_id, step: 0, text });
const finished = (run_id: string): StreamEvent => ({
  type: 'run-finished',
  run_id,
  status: 'completed',
  output: '',
  model_id: 'm',
  usage: { input_tokens: 0, output_tokens: 0 },
});

async function collect(events: AsyncIterable<StreamEvent>): Promise<string[]> {
  const seen: string[] = [];
  for await (const event of events) seen.push(event.type === 'text-delta' ? event.text : event.type);
  return seen;
}

describe('the run feed', () => {
  it('gives each watcher every event of its run from the moment it subscribed, and ends with the run', async () => {
    const feed = createRunFeed();
    feed.publish('a', delta('a', 'too early'));
    const first = feed.subscribe('a');
    feed.publish('a', delta('a', 'one'));
    const second = feed.subscribe('a');
    const firstSeen = collect(first);
    feed.publish('b', delta('b', 'of another run'));
    await Promise.resolve();
    feed.publish('a', delta('a', 'two'));
    feed.publish('a', finished('a'));
    feed.publish('a', delta('a', 'too late'));
    expect(await firstSeen).toEqual(['one', 'two', 'run-finished']);
    expect(await collect(second)).toEqual(['two', 'run-finished']);
    expect(feed.watcherCount()).toBe(0);
  });

  it('ends when the watcher goes away, by its signal or by leaving the loop', async () => {
    const feed = createRunFeed();
    const stop = new AbortController();
    const watched = collect(feed.subscribe('a', stop.signal));
    feed.publish('a', delta('a', 'one'));
    stop.abort();
    expect(await watched).toEqual(['one']);
    expect(await collect(feed.subscribe('a', AbortSignal.abort()))).toEqual([]);

    const leaving = feed.subscribe('a');
    feed.publish('a', delta('a', 'one'));
    for await (const _event of leaving) break;
    expect(feed.watcherCount()).toBe(0);
  });

  it('tells a watcher that falls behind, and holds no more for it than it may', async () => {
    const feed = createRunFeed({ maxBuffered: 3 });
    const slow = feed.subscribe('a');
    for (let i = 0; i < 10; i += 1) feed.publish('a', delta('a', String(i)));
    expect(feed.watcherCount()).toBe(0);
    const seen: string[] = [];
    const reading = (async () => {
      for await (const event of slow) if (event.type === 'text-delta') seen.push(event.text);
    })();
    await expect(reading).rejects.toThrow(UnavailableError);
    expect(seen).toEqual(['0', '1', '2']);
  });

  it('ends every watcher when it closes', async () => {
    const feed = createRunFeed();
    const watching = [feed.subscribe('a'), feed.subscribe('b')].map(collect);
    feed.close();
    expect(await Promise.all(watching)).toEqual([[], []]);
  });
});
