export interface SweeperOptions {
  /** From the end of one sweep to the beginning of the next. */
  readonly everyMs: number;
  /** `signal` fires when the sweeper stops. A failure is logged, and the next sweep comes as ever. */
  readonly sweep: (signal: AbortSignal) => Promise<void>;
  readonly logger: { error(message: string, facts?: Record<string, unknown>): void };
  /** Names the sweeper in its log lines. */
  readonly name?: string;
}

export interface Sweeper {
  /** Sweeps at once, or joins the sweep that is running. Never fails. */
  sweepNow(): Promise<void>;
  /** No sweep begins any more; resolves when the running one is done. */
  stop(): Promise<void>;
}

/**
 * Repeats a piece of work. Two sweeps never run at the same time, however long one takes, and the timer alone does not keep the
 * process alive.
 */
export function createSweeper({ everyMs, sweep, logger, name = 'sweep' }: SweeperOptions): Sweeper {
  const stopping = new AbortController();
  let running: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;

  async function run(): Promise<void> {
    try {
      await sweep(stopping.signal);
    } catch (error) {
      // A sweep that was told to stop may say so by an error.
      if (!stopping.signal.aborted)
        logger.error('a periodic task failed; it will be tried again', { task: name, error });
    }
  }

  function sweepNow(): Promise<void> {
    if (stopping.signal.aborted) return running ?? Promise.resolve();
    clearTimeout(timer);
    running ??= run().then(() => {
      running = undefined;
      schedule();
    });
    return running;
  }

  function schedule(): void {
    if (stopping.signal.aborted) return;
    timer = setTimeout(() => void sweepNow(), everyMs);
    timer.unref();
  }

  schedule();
  return {
    sweepNow,
    async stop() {
      stopping.abort();
      clearTimeout(timer);
      await running;
    },
  };
}
