import { setTimeout as pause } from 'node:timers/promises';
import { type RunView, runViewSchema } from '@hitl/application/views';
import { UnavailableError } from '@hitl/core';
import type { ApiClient } from './api-client.ts';

const firstPauseMs = 25;
const longestPauseMs = 1000;
/** A stack that is started again in the meantime goes on with the run. */
const outageMs = 15_000;

export interface WaitOptions {
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
  /** Default: it no longer moves by itself. */
  readonly until?: (run: RunView) => boolean;
}

/** Reads the run until it is there, or the time is up, or `signal` aborts. Returns it as it was last seen. */
export async function waitForRun(api: ApiClient, runId: string, options: WaitOptions): Promise<RunView> {
  const { signal, until = (run) => run.status !== 'running' } = options;
  const deadline = Date.now() + options.timeoutMs;
  let pauseMs = firstPauseMs;
  let seen: RunView | undefined;
  for (let outageBegan: number | undefined; ; pauseMs = Math.min(longestPauseMs, pauseMs * 1.5)) {
    try {
      seen = await api.request(runViewSchema, 'GET', `/agent/runs/${encodeURIComponent(runId)}`);
      outageBegan = undefined;
    } catch (error) {
      outageBegan ??= Date.now();
      if (seen === undefined || !(error instanceof UnavailableError) || Date.now() - outageBegan > outageMs)
        throw error;
    }
    if (seen !== undefined && (until(seen) || Date.now() >= deadline || signal.aborted)) return seen;
    // An abort ends the pause; the loop then looks once more.
    await pause(Math.min(pauseMs, Math.max(0, deadline - Date.now())), undefined, { signal }).catch(() => {});
  }
}
