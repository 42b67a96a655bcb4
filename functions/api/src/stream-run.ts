import { loadRun } from '@hitl/application';
import { isFinished, type RunState, type StreamEvent } from '@hitl/core';
import type { ApiDeps } from './api-deps.ts';
import { eventStreamBody } from './event-stream-body.ts';

/**
 * Server-sent events of a recorded run until it finishes or waits for people. Each event's `data` is one JSON `StreamEvent`.
 * A watcher that disconnects changes nothing: the run goes on.
 */
export async function streamRun(deps: ApiDeps, runId: string, signal: AbortSignal): Promise<Response> {
  const leave = new AbortController();
  if (signal.aborted) leave.abort();
  signal.addEventListener('abort', () => leave.abort(), { once: true });
  try {
    // Subscribed first and read then: whatever happens is either standing already or still to come, never missed.
    const live = deps.subscribe(runId, leave.signal);
    const standing = standingEvents(await loadRun(deps, runId));
    if (standing.length === 0) await deps.workflow.start(runId);
    const events = standing.length > 0 ? standing : untilItRests(deps, runId, live);
    const body = eventStreamBody(events, {
      onEnd: () => leave.abort(),
      onError: (error) => deps.logger.warn('stream broke', { run_id: runId, error: String(error) }),
    });
    return new Response(body, {
      status: 200,
      headers: {
        'content-type': 'text/event-stream',
        // A proxy that collects events shows them when they no longer matter.
        'x-accel-buffering': 'no',
        location: `/agent/runs/${runId}`,
      },
    });
  } catch (error) {
    leave.abort();
    throw error;
  }
}

/** Where a run stands that does not move now: it was asked for before, with the same Idempotency-Key. */
function standingEvents(run: RunState): StreamEvent[] {
  if (isFinished(run) && run.status !== 'running' && run.status !== 'awaiting_approval') {
    return [
      {
        type: 'run-finished',
        run_id: run.run_id,
        status: run.status,
        output: run.output ?? '',
        model_id: run.steps.at(-1)?.model_id ?? '',
        usage: run.usage,
        ...(run.error === undefined ? {} : { error: run.error }),
      },
    ];
  }
  return pendingOf(run).map(({ approval_id, call_ids, digest, expires_at }) => ({
    type: 'approval-requested',
    run_id: run.run_id,
    approval_id,
    call_ids: [...call_ids],
    digest,
    expires_at,
  }));
}

/** Up to the end of the run, or to the last of the requests that it waits on: one that a grant answered at once is none. */
async function* untilItRests(
  deps: ApiDeps,
  runId: string,
  live: AsyncIterable<StreamEvent>,
): AsyncGenerator<StreamEvent> {
  const announced = new Set<string>();
  for await (const event of live) {
    yield event;
    if (event.type === 'run-finished') return;
    if (event.type !== 'approval-requested') continue;
    announced.add(event.approval_id);
    const pending = pendingOf(await loadRun(deps, runId));
    if (pending.length > 0 && pending.every(({ approval_id }) => announced.has(approval_id))) return;
  }
}

function pendingOf(run: RunState) {
  return [...run.approvals.values()].filter((approval) => approval.status === 'pending');
}
