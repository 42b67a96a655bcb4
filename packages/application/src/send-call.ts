import { type CallState, digestOf, qualifiedName, type RunState, type ToolOutcome } from '@hitl/core';
import type { ApplicationDeps } from './application-deps.ts';

type SendDeps = Pick<ApplicationDeps, 'tools' | 'settings' | 'logger'>;

/** How often a call that certainly never reached its server is tried again before it counts as failed. */
export const sendAttempts = 3;

/** Sends one claimed call, again only where it certainly did not arrive. Never rejects. */
export async function sendCall(
  deps: SendDeps,
  run: RunState,
  call: CallState,
  signal: AbortSignal,
): Promise<ToolOutcome> {
  const stop = withGrace(signal, deps.settings.stopGraceMs ?? 0);
  try {
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await sendOnce(deps, run, call, stop.signal);
      const mayRetry =
        outcome.kind === 'not_sent' && outcome.code !== 'tool_definition_changed' && !signal.aborted;
      if (!mayRetry || attempt >= sendAttempts) return outcome;
      await new Promise((resolve) => setTimeout(resolve, 100 * 2 ** attempt * (0.5 + Math.random() / 2)));
    }
  } finally {
    stop.clear();
  }
}

async function sendOnce(
  deps: SendDeps,
  run: RunState,
  call: CallState,
  signal: AbortSignal,
): Promise<ToolOutcome> {
  try {
    return await deps.tools.call(call, call.tool_digest, {
      signal,
      timeoutMs: deps.settings.toolTimeoutMs,
      idempotencyKey: digestOf({ run_id: run.run_id, call_id: call.call_id, digest: call.digest }),
    });
  } catch (error) {
    // A tool source must not throw; if it does, nobody knows how far the call came.
    deps.logger.error('tool source threw', {
      run_id: run.run_id,
      call_id: call.call_id,
      error: String(error),
    });
    return {
      kind: 'unknown',
      message: `calling ${qualifiedName(call)} failed in a way that leaves its outcome unknown`,
    };
  }
}

/** Fires some time after `signal`: a call that is under way may end by itself, so that its outcome is known. */
function withGrace(signal: AbortSignal, graceMs: number): { signal: AbortSignal; clear: () => void } {
  if (graceMs === 0 || signal.aborted) return { signal, clear: () => undefined };
  const late = new AbortController();
  let timer: NodeJS.Timeout | undefined;
  const onAbort = () => {
    timer = setTimeout(() => late.abort(signal.reason), graceMs);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  return {
    signal: late.signal,
    clear: () => {
      clearTimeout(timer);
      signal.removeEventListener('abort', onAbort);
    },
  };
}
