import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { approvalViewSchema, createRun, type RunView } from '@hitl/application';
import { HitlError } from '@hitl/core';
import { type LocalStack, startLocalStack } from '@hitl/local';
import { type ApiClient, createApiClient } from '../api-client.ts';
import { renderReport, verifyReportSchema } from '../commands/audit.ts';
import type { CommandContext } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { renderApprovalCard } from '../render/approval-card.ts';
import { renderRun } from '../render/run.ts';
import { printRun, settledRun } from './follow-run.ts';
import { nextSampleQuery, samplePeople } from './sample-request.ts';

/** The main job, hands-free. Sets a failing exit code unless every part of it held. */
export async function runDemoSession(context: CommandContext, env: NodeJS.ProcessEnv): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'hitl-mcp-demo-'));
  try {
    // The demo is about the product, not about what this shell happens to be configured for.
    const stack = await startLocalStack({
      dataDir,
      env: { PATH: env.PATH, HOME: env.HOME },
      listen: { port: 0 },
    });
    try {
      context.exitCode = (await playDemo(context, stack)) ? exitCodes.ok : exitCodes.failed;
    } finally {
      await stack.close();
    }
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function playDemo(context: CommandContext, stack: LocalStack): Promise<boolean> {
  const { output, signal } = context;
  const { requester, approver, outsider } = samplePeople;
  const api = createApiClient({ baseUrl: stack.url ?? '', token: stack.token, fetch: globalThis.fetch });
  output.say(output.colors.bold('1. A read is allowed at once'));
  const read = await submit(stack, api, context, 'List all users in the example.com domain');

  output.say(output.colors.bold('\n2. A privileged change waits for the right person'));
  const asked = await submit(stack, api, context, nextSampleQuery([]));
  const [approval] = asked.waiting;
  if (approval === undefined) {
    output.warn('the change was not held for approval');
    return false;
  }
  output.say(renderApprovalCard(approval, output));

  output.say(output.colors.bold('\n3. Votes'));
  const path = `/approvals/${approval.approval_id}/votes`;
  const vote = (user_id: string, digest = approval.digest): Promise<string> =>
    api
      .request(approvalViewSchema, 'POST', path, { user_id, decision: 'approve', digest })
      .then((view) => view.status as string)
      .catch((error: unknown) => {
        if (!(error instanceof HitlError)) throw error;
        return `refused (${error.code}): ${error.message}`;
      });
  const refusals = [
    ['the requester', await vote(requester)],
    ['an outsider', await vote(outsider)],
    ['an approver who saw something else', await vote(approver, 'f'.repeat(64))],
  ] as const;
  for (const [who, answer] of refusals) output.say(`  ${who}: ${output.colors.red(answer)}`);
  const printed = printRun(stack, asked.run.run_id, output, signal);
  output.say(`  ${approver}: ${output.colors.green(await vote(approver))}`);
  await printed;
  const { run } = await settledRun(api, asked.run.run_id, signal);

  output.say(output.colors.bold('\n4. What happened, on the record'));
  output.say(renderRun(run, output));
  const report = await api.request(verifyReportSchema, 'GET', '/audit/verify');
  output.say(renderReport(report));
  const outcome = {
    read: read.run.status,
    change: run.status,
    executions: countExecutions(run),
    refusals: refusals.filter(([, answer]) => answer.startsWith('refused')).length,
    record_verified: report.ok,
  };
  if (output.isJson) output.result(outcome, () => '');
  return (
    outcome.read === 'completed' &&
    outcome.change === 'completed' &&
    outcome.executions === 1 &&
    outcome.refusals === refusals.length &&
    outcome.record_verified
  );
}

async function submit(stack: LocalStack, api: ApiClient, { output, signal }: CommandContext, query: string) {
  const { run } = await createRun(
    stack.deps,
    { id: samplePeople.requester, kind: 'user', assurance: 'asserted', channel: 'cli' },
    { query },
  );
  const printed = printRun(stack, run.run_id, output, signal);
  await stack.deps.workflow.start(run.run_id);
  await printed;
  return settledRun(api, run.run_id, signal);
}

function countExecutions(run: RunView): number {
  return run.tool_calls.filter((call) => call.status === 'succeeded').length;
}
