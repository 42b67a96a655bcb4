import { createInterface } from 'node:readline/promises';
import { type ApprovalView, approvalViewSchema, createRun } from '@hitl/application';
import { HitlError } from '@hitl/core';
import { type LocalStack, startLocalStack } from '@hitl/local';
import { type ApiClient, createApiClient } from '../api-client.ts';
import { renderReport, verifyReportSchema } from '../commands/audit.ts';
import type { CommandContext } from '../context.ts';
import type { Output } from '../output.ts';
import { renderApprovalCard } from '../render/approval-card.ts';
import { printRun, settledRun } from './follow-run.ts';
import { nextSampleQuery, samplePeople } from './sample-request.ts';

export interface StartOptions {
  readonly dataDir: string;
  readonly env: NodeJS.ProcessEnv;
  readonly port: number;
  readonly hasSample: boolean;
}

/** The local stack in the foreground: serves, shows the main job on one request, and asks here for the vote. */
export async function runStartSession(context: CommandContext, options: StartOptions): Promise<void> {
  const { output, signal } = context;
  const stack = await startLocalStack({
    dataDir: options.dataDir,
    env: options.env,
    listen: { port: options.port },
  });
  const api = createApiClient({ baseUrl: 'http://127.0.0.1', token: stack.token, fetch: stack.fetch });
  try {
    greet(output, stack, options.dataDir);
    const waiting = await pendingApprovals(stack);
    if (waiting.length > 0)
      output.say(
        `${waiting.length === 1 ? 'One request waits' : `${waiting.length} requests wait`} since an earlier start.\n`,
      );
    const first =
      waiting[0] ?? (options.hasSample ? await submitSample(stack, api, output, signal) : undefined);
    if (first !== undefined) await decideHere(stack, api, output, signal, first);
    if (!signal.aborted)
      output.say(output.colors.dim('serving; Ctrl-C stops, and nothing that waits is lost'));
    if (!signal.aborted)
      await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  } finally {
    output.say('\nstopping…');
    await stack.close();
  }
}

function greet(output: Output, stack: LocalStack, dataDir: string): void {
  const { bold, dim } = output.colors;
  output.say(bold('hitl-mcp: AI agents ask people before they act'));
  output.say(`  API      ${stack.url}  ${dim(`(bearer token in ${stack.tokenPath})`)}`);
  output.say(`  data     ${dataDir}`);
  output.say(`  model    ${stack.deps.modelId}`);
  output.say(`  policy   ${stack.policySource}`);
  for (const line of stack.serverLines) output.say(`  server   ${line}`);
  output.say(`  people   ${stack.peopleLine}\n`);
}

async function pendingApprovals(stack: LocalStack): Promise<ApprovalView[]> {
  const page = await stack.deps.approvals.list({ status: 'pending', limit: 20 });
  const views: ApprovalView[] = [];
  for (const { approval_id } of page.items) {
    const response = await stack.fetch(
      new Request(`http://127.0.0.1/approvals/${approval_id}`, {
        headers: { authorization: `Bearer ${stack.token}` },
      }),
    );
    const view = approvalViewSchema.safeParse(await response.json());
    if (view.success && view.data.status === 'pending') views.push(view.data);
  }
  return views;
}

/** Submits the sample as its requester and shows it up to the point where people must decide. */
async function submitSample(
  stack: LocalStack,
  api: ApiClient,
  output: Output,
  signal: AbortSignal,
): Promise<ApprovalView | undefined> {
  const earlier = await stack.deps.runs.list({ user_id: samplePeople.requester, limit: 50 });
  const { run } = await createRun(
    stack.deps,
    { id: samplePeople.requester, kind: 'user', assurance: 'asserted', channel: 'cli' },
    { query: nextSampleQuery(earlier.items) },
  );
  const printed = printRun(stack, run.run_id, output, signal);
  await stack.deps.workflow.start(run.run_id);
  await printed;
  return (await settledRun(api, run.run_id, signal)).waiting[0];
}

/** Shows the card, takes a vote from the terminal or from anywhere else, and shows what followed. */
async function decideHere(
  stack: LocalStack,
  api: ApiClient,
  output: Output,
  signal: AbortSignal,
  approval: ApprovalView,
): Promise<void> {
  output.say(renderApprovalCard(approval, output));
  output.say(`\nApprove here, or in another terminal:
  npx hitl-mcp approvals approve ${approval.approval_id} --user-id ${samplePeople.approver}
or over HTTP: POST ${stack.url}/approvals/${approval.approval_id}/votes
  {"user_id": "${samplePeople.approver}", "decision": "approve", "digest": "${approval.digest}"}\n`);
  const answered = new AbortController();
  const stop = AbortSignal.any([signal, answered.signal]);
  const printed = printRun(stack, approval.run_id, output, stop);
  const asked = process.stdin.isTTY === true ? askForVotes(api, output, stop, approval) : undefined;
  await Promise.race([printed, aborted(signal)]);
  answered.abort();
  await asked;
  if (signal.aborted) return;
  const { run } = await settledRun(api, approval.run_id, signal);
  output.say(`${run.run_id} is ${run.status}`);
  output.say(renderReport(await api.request(verifyReportSchema, 'GET', '/audit/verify')));
}

/** Asks until somebody's vote decided. Whoever may not vote is told why, which is the point of trying it. */
async function askForVotes(
  api: ApiClient,
  output: Output,
  signal: AbortSignal,
  approval: ApprovalView,
): Promise<void> {
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    while (!signal.aborted) {
      const answer = await terminal.question(
        `approve, reject or skip? (“approve ${samplePeople.approver}”; try “approve ${samplePeople.requester}” or “approve ${samplePeople.outsider}”) `,
        { signal },
      );
      const [word = '', person = samplePeople.approver, ...reason] = answer.trim().split(/\s+/);
      const decision = ['approve', 'a', 'yes', 'y'].includes(word)
        ? 'approve'
        : ['reject', 'r', 'no', 'n'].includes(word)
          ? 'reject'
          : undefined;
      if (word === 'skip' || word === 's') return;
      if (decision === undefined) continue;
      const body = {
        user_id: person,
        decision,
        digest: approval.digest,
        ...(decision === 'reject' ? { reason: reason.join(' ') || 'rejected in the terminal' } : {}),
      };
      try {
        const view = await api.request(
          approvalViewSchema,
          'POST',
          `/approvals/${approval.approval_id}/votes`,
          body,
        );
        if (view.status !== 'pending') return;
        output.say('counted; more votes are needed');
      } catch (error) {
        if (!(error instanceof HitlError)) throw error;
        output.warn(`refused (${error.code}): ${error.message}`);
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    terminal.close();
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
