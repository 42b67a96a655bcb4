import { type ApprovalView, approvalViewSchema, type RunView } from '@hitl/application';
import type { LocalStack } from '@hitl/local';
import type { ApiClient } from '../api-client.ts';
import type { Output } from '../output.ts';
import { waitForRun } from '../wait-for-run.ts';
import { describeEvent } from './print-event.ts';

const settleMs = 120_000;

/** Prints what happens in a run until it is finished, waits for people, or `signal` aborts. Begin before the run is started. */
export function printRun(
  stack: LocalStack,
  runId: string,
  output: Output,
  signal: AbortSignal,
): Promise<void> {
  const events = stack.deps.subscribe(runId, signal);
  return (async () => {
    for await (const event of events) {
      const line = describeEvent(event, output);
      if (line !== undefined) output.say(line);
      if (event.type === 'run-finished' || event.type === 'approval-requested') return;
    }
  })();
}

/** The run once it no longer moves by itself, with the requests that it waits for. */
export async function settledRun(
  api: ApiClient,
  runId: string,
  signal: AbortSignal,
): Promise<{ run: RunView; waiting: ApprovalView[] }> {
  const run = await waitForRun(api, runId, { timeoutMs: settleMs, signal });
  const ids = new Set(
    run.tool_calls.flatMap((call) =>
      call.status === 'awaiting_approval' && call.approval_id !== undefined ? [call.approval_id] : [],
    ),
  );
  const waiting: ApprovalView[] = [];
  for (const id of ids) waiting.push(await api.request(approvalViewSchema, 'GET', `/approvals/${id}`));
  return { run, waiting };
}
