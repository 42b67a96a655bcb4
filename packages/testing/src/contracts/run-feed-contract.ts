import { type RunFeed, type StreamEvent, streamEventSchema } from '@hitl/core';
import { describe, expect, it } from '@jest/globals';
import type { FakeClock } from '../fake-clock.ts';
import { openSubject } from './open-subject.ts';

export interface RunFeedContractSubject {
  readonly subject: RunFeed;
  /** Resolves when what was published so far is where watchers find it. */
  settle(): Promise<void>;
  close?(): Promise<void>;
}

const delta = (run_id: string, text: string, step = 0): StreamEvent => ({
  type: 'text-delta',
  run_id,
  step,
  text,
});
const requested = (run_id: string, approval_id: string): StreamEvent => ({
  type: 'approval-requested',
  run_id,
  approval_id,
  call_ids: ['call_1'],
  digest: '1'.repeat(64),
  expires_at: '2026-11-23T10:00:00.000Z',
});
const finished = (run_id: string): StreamEvent => ({
  type: 'run-finished',
  run_id,
  status: 'completed',
  output: 'done',
  model_id: 'm',
  usage: { input_tokens: 0, output_tokens: 0 },
});

/** What was seen, with adjacent text of one step as one: how text is cut into events is the feed's own affair. */
async function watch(events: AsyncIterable<StreamEvent>): Promise<string[]> {
  const seen: string[] = [];
  let step: number | undefined;
  for await (const event of events) {
    streamEventSchema.parse(event);
    if (event.type === 'text-delta' && step === event.step) seen.push(`${seen.pop()}${event.text}`);
    else seen.push(event.type === 'text-delta' ? event.text : event.type);
    step = event.type === 'text-delta' ? event.step : undefined;
  }
  return seen;
}

export function describeRunFeedContract(
  name: string,
  create: (environment: { readonly clock: FakeClock }) => Promise<RunFeedContractSubject>,
): void {
  describe(`${name} keeps the RunFeed contract`, () => {
    const open = openSubject(create);

    it('gives each watcher every event of its run from the moment it subscribed, in order, and ends with the run', async () => {
      const { subject, settle } = await open();
      subject.publish('a', delta('a', 'too early'));
      await settle();
      const first = subject.subscribe('a');
      subject.publish('a', delta('a', 'one'));
      await settle();
      const second = subject.subscribe('a');
      const firstSeen = watch(first);
      subject.publish('b', delta('b', 'of another run'));
      subject.publish('b', finished('b'));
      for (const text of [' two', ' three']) subject.publish('a', delta('a', text));
      subject.publish('a', requested('a', 'apr_1'));
      subject.publish('a', delta('a', 'of the next step', 1));
      subject.publish('a', finished('a'));
      subject.publish('a', delta('a', 'too late'));
      await settle();
      const rest = ['approval-requested', 'of the next step', 'run-finished'];
      expect(await firstSeen).toEqual(['one two three', ...rest]);
      expect(await watch(second)).toEqual([' two three', ...rest]);
    });

    it('loses and doubles nothing of a long text', async () => {
      const { subject, settle } = await open();
      const seen = watch(subject.subscribe('a'));
      const words = Array.from({ length: 500 }, (_, i) => `w${i} `);
      for (const [i, word] of words.entries()) {
        subject.publish('a', delta('a', word));
        if (i % 50 === 0) await settle();
      }
      subject.publish('a', finished('a'));
      await settle();
      expect(await seen).toEqual([words.join(''), 'run-finished']);
    });

    it('ends when the watcher goes away, by its signal or by leaving the loop', async () => {
      const { subject, settle } = await open();
      const stop = new AbortController();
      const { promise: heard, resolve } = Promise.withResolvers<void>();
      const watching = (async () => {
        const texts: string[] = [];
        for await (const event of subject.subscribe('a', stop.signal)) {
          if (event.type === 'text-delta') texts.push(event.text);
          resolve();
        }
        return texts;
      })();
      subject.publish('a', delta('a', 'one'));
      await settle();
      await heard;
      stop.abort();
      expect(await watching).toEqual(['one']);
      expect(await watch(subject.subscribe('a', AbortSignal.abort()))).toEqual([]);

      const leaving = subject.subscribe('a');
      subject.publish('a', delta('a', 'two'));
      await settle();
      for await (const event of leaving) {
        expect(event).toMatchObject({ text: 'two' });
        break;
      }
    });

    it('takes events that nobody watches, of any run id', async () => {
      const { subject, settle } = await open();
      for (const id of ['a', '__proto__', 'ü#1']) subject.publish(id, delta(id, 'unheard'));
      await settle();
      const seen = watch(subject.subscribe('__proto__'));
      subject.publish('__proto__', finished('__proto__'));
      await settle();
      expect(await seen).toEqual(['run-finished']);
    });
  });
}
