import { setTimeout as pause } from 'node:timers/promises';
import { type ApprovalView, approvalViewSchema, verifyReportViewSchema } from '@hitl/application';
import { NotFoundError } from '@hitl/core';
import type { LocalStack } from '@hitl/local';
import type { ApiClient } from '../api-client.ts';
import type { CommandContext } from '../context.ts';
import { renderApprovalCard } from '../render/approval-card.ts';
import { renderReport } from '../verify-report.ts';
import { printRun, settledRun } from './follow-run.ts';
import { suggestVoters } from './suggest-voters.ts';
import { askForVotes } from './vote-prompt.ts';

export interface Desk {
  readonly stack: LocalStack;
  readonly api: ApiClient;
  readonly context: Pick<CommandContext, 'output' | 'signal'>;
  /** The CLI as it is called in another terminal for the same data. */
  readonly command: string;
  /** Somebody can type here. */
  readonly isAttended: boolean;
}

const lookEveryMs = 500;
const pageLimit = 20;

/** Shows each request that waits, old and new, until `signal` aborts; on a terminal, asks for the vote. */
export async function attendApprovals(desk: Desk): Promise<void> {
  const { output, signal } = desk.context;
  const shown = new Set<string>();
  let { isAttended } = desk;
  let isIdleSaid = false;
  while (!signal.aborted) {
    const next = (await pendingApprovals(desk)).find(({ approval_id }) => !shown.has(approval_id));
    if (next === undefined) {
      if (!isIdleSaid) output.say(output.colors.dim('serving; Ctrl-C stops, and nothing that waits is lost'));
      isIdleSaid = true;
      await pause(lookEveryMs, undefined, { signal }).catch(() => {});
      continue;
    }
    shown.add(next.approval_id);
    isIdleSaid = false;
    output.say(renderApprovalCard(next, output));
    isAttended = await decide({ ...desk, isAttended }, next);
  }
}

export async function pendingApprovals({ stack, api }: Pick<Desk, 'stack' | 'api'>): Promise<ApprovalView[]> {
  const page = await stack.deps.approvals.list({ status: 'pending', limit: pageLimit });
  const views = await Promise.all(
    page.items.map(({ approval_id }) =>
      api.request(approvalViewSchema, 'GET', `/approvals/${approval_id}`).catch((error: unknown) => {
        // The list is derived and may name what has gone.
        if (error instanceof NotFoundError) return undefined;
        throw error;
      }),
    ),
  );
  return views.filter((view) => view?.status === 'pending').filter((view) => view !== undefined);
}

/** Returns whether there is still somebody to ask. */
async function decide(desk: Desk, approval: ApprovalView): Promise<boolean> {
  const { stack, api, context, command, isAttended } = desk;
  const { output, signal } = context;
  const suggestion = await suggestVoters(stack.deps.directory, approval);
  const who = suggestion.approver ?? 'APPROVER';
  output.say(`
${isAttended ? 'Vote here, or in another terminal' : 'Vote in another terminal'}:
  ${command} approvals approve ${approval.approval_id} --user-id ${who}
or over HTTP: POST ${stack.url}/approvals/${approval.approval_id}/votes
  {"user_id": "${who}", "decision": "approve", "digest": "${approval.digest}"}
`);
  const answered = new AbortController();
  const followed = followDecision(desk, approval).finally(() => answered.abort());
  if (!isAttended) {
    // Nobody to wait for here: the next request is shown beside it.
    followed.catch((error: unknown) => output.warn(String(error)));
    return false;
  }
  const stop = AbortSignal.any([signal, answered.signal]);
  const outcome = await askForVotes(api, output, stop, approval, suggestion);
  if (outcome === 'decided') await Promise.race([followed, aborted(signal)]);
  if (outcome === 'closed') output.say('nobody can type here any more; vote in another terminal');
  return outcome !== 'closed';
}

/** Prints what follows from the decision, wherever it was made, and checks the record. */
async function followDecision({ stack, api, context }: Desk, approval: ApprovalView): Promise<void> {
  const { output, signal } = context;
  await Promise.race([printRun(stack, approval.run_id, output, signal), aborted(signal)]);
  if (signal.aborted) return;
  const { run } = await settledRun(api, approval.run_id, signal);
  if (signal.aborted) return;
  output.say(`${run.run_id} is ${run.status}`);
  output.say(`${renderReport(await api.request(verifyReportViewSchema, 'GET', '/audit/verify'))}\n`);
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
