import type { StreamEvent } from '@hitl/core';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { eventStreamBody } from '../src/event-stream-body.ts';

const delta = (text: string): StreamEvent => ({ type: 'text-delta', run_id: 'run_1', step: 0, text });

afterEach(() => {
  jest.useRealTimers();
});

describe('a stream of events', () => {
  it('says that it is alive while nothing happens, and leaves no timer when its reader goes', async () => {
    jest.useFakeTimers({ doNotFake: ['nextTick', 'queueMicrotask', 'setImmediate'] });
    const onEnd = jest.fn();
    const silence: AsyncIterable<StreamEvent> = {
      [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }),
    };
    const reader = eventStreamBody(silence, { onEnd, onError: () => {} }).getReader();
    for (let i = 0; i < 3; i += 1) {
      const read = reader.read();
      await Promise.resolve();
      jest.advanceTimersByTime(15_000);
      expect(new TextDecoder().decode((await read).value)).toBe(': keep-alive\n\n');
    }
    await reader.cancel();
    expect(onEnd).toHaveBeenCalledTimes(1);
    expect(jest.getTimerCount()).toBe(0);
  });

  it('takes no more from its source than its reader asks for', async () => {
    let given = 0;
    const source = (async function* () {
      for (;;) {
        given += 1;
        yield delta(String(given));
      }
    })();
    const reader = eventStreamBody(source, { onEnd: () => {}, onError: () => {} }).getReader();
    await reader.read();
    await new Promise((resolve) => setImmediate(resolve));
    expect(given).toBeLessThanOrEqual(3);
    await reader.cancel();
  });

  it('keeps a line break inside a text out of the format', async () => {
    const body = eventStreamBody([delta('two\n\nlines: data: x')], { onEnd: () => {}, onError: () => {} });
    const text = await new Response(body).text();
    expect(text.split('\n')).toHaveLength(4);
    expect(JSON.parse(text.split('\n')[1]?.replace('data: ', '') ?? '')).toMatchObject({
      text: 'two\n\nlines: data: x',
    });
  });
});
