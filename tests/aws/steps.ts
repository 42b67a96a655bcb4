import { it } from '@jest/globals';

const minuteMs = 60_000;

/**
 * One step of a story: told when it begins, since an apply takes its time. Each stands on those before it, so that after a failure
 * the rest fail at once instead of waiting for what can't come.
 */
export function createSteps() {
  let failed: string | undefined;
  return function step(title: string, run: () => Promise<void>, minutes = 2): void {
    it(
      title,
      async () => {
        if (failed !== undefined) throw notTried(failed);
        const startedMs = performance.now();
        try {
          await run();
        } catch (error) {
          failed = title;
          throw error;
        } finally {
          const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
          process.stderr.write(`  ${failed === title ? 'failed' : 'done'}  ${title} (${seconds} s)\n`);
        }
      },
      minutes * minuteMs,
    );
  };
}

/** Without a stack: it would show these lines once per step. */
function notTried(failed: string): Error {
  const error = new Error(`not tried: "${failed}" failed`);
  error.stack = error.message;
  return error;
}
