import type { RunRepository } from '@hitl/application';
import { isFinished, type RunFeed, type RunState, type StreamEvent } from '@hitl/core';

/** Live events read off the record: what a run waits for, and its end. */
export function createRecordFeed(
  repository: Pick<RunRepository, 'load'>,
  { everyMs = 500 }: { readonly everyMs?: number } = {},
): RunFeed {
  return {
    publish() {},
    async *subscribe(runId, signal) {
      const told = new Set<string>();
      while (signal?.aborted !== true) {
        const run = await repository.load(runId);
        for (const event of run === undefined ? [] : eventsOf(run)) {
          const key = event.type === 'approval-requested' ? event.approval_id : event.type;
          if (!told.has(key)) yield event;
          told.add(key);
          if (event.type === 'run-finished') return;
        }
        await new Promise((resolve) => setTimeout(resolve, everyMs));
      }
    },
  };
}

function eventsOf(run: RunState): StreamEvent[] {
  const { run_id } = run;
  const events = [...run.approvals.values()].map(
    ({ approval_id, call_ids, digest, expires_at }): StreamEvent => ({
      type: 'approval-requested',
      run_id,
      approval_id,
      call_ids: [...call_ids],
      digest,
      expires_at,
    }),
  );
  if (!isFinished(run) || run.status === 'running' || run.status === 'awaiting_approval') return events;
  const finished: StreamEvent = {
    type: 'run-finished',
    run_id,
    status: run.status,
    output: run.output ?? '',
    model_id: run.steps.at(-1)?.model_id ?? '',
    usage: run.usage,
    ...(run.error === undefined ? {} : { error: run.error }),
  };
  return [...events, finished];
}
