import { type RunView, runViewSchema } from '@hitl/application';
import type { ApiClient } from './api-client.ts';

const firstPauseMs = 25;
const longestPauseMs = 1000;

/**
 * Reads the run until it is finished, or until it waits for people and `throughApprovals` is false, or until the time is up.
 * Returns it as it was last seen.
 */
export async function waitForRun(
  api: ApiClient,
  runId: string,
  options: { readonly timeoutMs: number; readonly throughApprovals: boolean; readonly signal: AbortSignal },
): Promise<RunView> {
  const deadline = Date.now() + options.timeoutMs;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(longestPauseMs, pauseMs * 1.5)) {
    const run = await api.request(runViewSchema, 'GET', `/agent/runs/${encodeURIComponent(runId)}`);
    const isMoving =
      run.status === 'running' || (options.throughApprovals && run.status === 'awaiting_approval');
    if (!isMoving || Date.now() >= deadline || options.signal.aborted) return run;
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, Math.min(pauseMs, Math.max(0, deadline - Date.now())));
      options.signal.addEventListener(
        'abort',
        () => {
          clearTimeout(timer);
          resolve();
        },
        { once: true },
      );
    });
  }
}
