import { isFinished, pendingApproval, type RunState, type StreamEvent } from '@hitl/core';
import type { ApiDeps } from './api-deps.ts';

/**
 * Server-sent events of a recorded run until it finishes or waits for people. Each event's `data` is one JSON `StreamEvent`.
 * A watcher that disconnects changes nothing: the run goes on.
 */
export async function streamRun(deps: ApiDeps, run: RunState, signal: AbortSignal): Promise<Response> {
  const stop = new AbortController();
  signal.addEventListener('abort', () => stop.abort(), { once: true });
  // Subscribed before the workflow starts, so that nothing is missed.
  const live = deps.subscribe(run.run_id, stop.signal);
  const standing = standingEvent(run);
  if (standing === undefined) await deps.workflow.start(run.run_id);
  const encoder = new TextEncoder();
  const body = new ReadableStream<Uint8Array>({
    async start(controller) {
      const send = (event: StreamEvent): void =>
        controller.enqueue(encoder.encode(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`));
      try {
        if (standing !== undefined) send(standing);
        else {
          for await (const event of live) {
            send(event);
            if (event.type === 'run-finished' || event.type === 'approval-requested') break;
          }
        }
      } catch (error) {
        deps.logger.warn('stream broke', { run_id: run.run_id, error: String(error) });
      } finally {
        stop.abort();
        controller.close();
      }
    },
    cancel() {
      stop.abort();
    },
  });
  return new Response(body, {
    status: 200,
    headers: {
      'content-type': 'text/event-stream',
      'cache-control': 'no-store',
      location: `/agent/runs/${run.run_id}`,
    },
  });
}

/** For a run that was asked for before (same Idempotency-Key) and does not move now: where it stands. */
function standingEvent(run: RunState): StreamEvent | undefined {
  const model_id = run.steps.at(-1)?.model_id ?? '';
  if (isFinished(run) && run.status !== 'running' && run.status !== 'awaiting_approval') {
    return {
      type: 'run-finished',
      run_id: run.run_id,
      status: run.status,
      output: run.output ?? '',
      model_id,
      usage: run.usage,
      ...(run.error === undefined ? {} : { error: run.error }),
    };
  }
  const approval = pendingApproval(run);
  if (approval === undefined) return undefined;
  const { approval_id, call_ids, digest, expires_at } = approval;
  return {
    type: 'approval-requested',
    run_id: run.run_id,
    approval_id,
    call_ids: [...call_ids],
    digest,
    expires_at,
  };
}
