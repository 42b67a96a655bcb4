import { describe, expect, it } from '@jest/globals';
import { createBackgroundWork } from '../src/index.ts';

function setUp() {
  const logged: string[] = [];
  const log = (message: string) => void logged.push(message);
  return { logged, work: createBackgroundWork({ warn: log, error: log }) };
}

describe('background work', () => {
  it('is over before the answer is out, also what it brings itself', async () => {
    const { work } = setUp();
    const done: string[] = [];
    const second = async () => void done.push('second');
    work.background(
      (async () => {
        await Promise.resolve();
        done.push('first');
        work.background(second());
      })(),
    );
    await work.settle(5000);
    expect(done).toEqual(['first', 'second']);
  });

  it('that fails is logged, and fails nobody else', async () => {
    const { work, logged } = setUp();
    work.background(Promise.reject(new Error('no')));
    await work.settle(5000);
    expect(logged).toEqual(['background work failed']);
  });

  it('that takes too long is left for later, and said', async () => {
    const { work, logged } = setUp();
    const { promise, resolve } = Promise.withResolvers<void>();
    work.background(promise);
    await work.settle(0);
    expect(logged).toEqual(['background work is left for later']);
    resolve();
    await work.settle(5000);
    expect(logged).toHaveLength(1);
  });
});
