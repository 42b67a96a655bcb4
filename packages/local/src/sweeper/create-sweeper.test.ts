import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { createSweeper } from './create-sweeper.ts';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

const quiet = { error: () => undefined };

describe('the sweeper', () => {
  it('sweeps again and again, with the pause between the end of one and the beginning of the next', async () => {
    let sweeps = 0;
    const sweep = async () => {
      sweeps += 1;
    };
    const sweeper = createSweeper({ everyMs: 1000, logger: quiet, sweep });
    expect(sweeps).toBe(0);
    await jest.advanceTimersByTimeAsync(3500);
    expect(sweeps).toBe(3);
    await sweeper.stop();
    await jest.advanceTimersByTimeAsync(5000);
    expect(sweeps).toBe(3);
  });

  it('never lets two sweeps run at the same time', async () => {
    let running = 0;
    let most = 0;
    const releases: (() => void)[] = [];
    const sweeper = createSweeper({
      everyMs: 10,
      logger: quiet,
      sweep: async () => {
        running += 1;
        most = Math.max(most, running);
        await new Promise<void>((resolve) => releases.push(resolve));
        running -= 1;
      },
    });
    await jest.advanceTimersByTimeAsync(100);
    const joined = [sweeper.sweepNow(), sweeper.sweepNow()];
    await jest.advanceTimersByTimeAsync(100);
    expect(releases).toHaveLength(1);
    releases[0]?.();
    await Promise.all(joined);
    await jest.advanceTimersByTimeAsync(100);
    expect(most).toBe(1);
    expect(releases).toHaveLength(2);
    releases[1]?.();
    await sweeper.stop();
  });

  it('logs a failure and goes on', async () => {
    const errors: unknown[] = [];
    let sweeps = 0;
    const sweeper = createSweeper({
      everyMs: 10,
      name: 'expiry',
      logger: { error: (_message, facts) => errors.push(facts?.task) },
      sweep: async () => {
        sweeps += 1;
        throw new Error('the store is away');
      },
    });
    await jest.advanceTimersByTimeAsync(35);
    expect(sweeps).toBe(3);
    expect(errors).toEqual(['expiry', 'expiry', 'expiry']);
    await sweeper.stop();
  });

  it('tells the running sweep to stop and waits for it', async () => {
    let isDone = false;
    const sweeper = createSweeper({
      everyMs: 10,
      logger: quiet,
      sweep: async (signal) => {
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        isDone = true;
      },
    });
    await jest.advanceTimersByTimeAsync(10);
    await sweeper.stop();
    expect(isDone).toBe(true);
  });
});
