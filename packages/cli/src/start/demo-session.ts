import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { approvalViewSchema, type RunView, verifyReportViewSchema } from '@hitl/application';
import { HitlError } from '@hitl/core';
import { type LocalStack, startLocalStack } from '@hitl/local';
import { createApiClient } from '../api-client.ts';
import type { CommandContext } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { renderApprovalCard } from '../render/approval-card.ts';
import { renderRun } from '../render/run.ts';
import { createStackLogger } from '../stack-logger.ts';
import { renderReport } from '../verify-report.ts';
import { printRun, settledRun } from './follow-run.ts';
import { nextSampleQuery, samplePeople } from './sample-request.ts';
import { submitRequest } from './submit-request.ts';

interface DemoOutcome {
  readonly read: string;
  readonly change: string;
  readonly executions: number;
  readonly refusals: number;
  readonly record_verified: boolean;
  /** Errors that the stack logged: what went wrong behind the scenes counts too. */
  readonly errors: number;
}

const expected: DemoOutcome = {
  read: 'completed',
  change: 'completed',
  executions: 1,
  refusals: 3,
  record_verified: true,
  errors: 0,
};

/** The main job, hands-free. Sets a failing exit code unless every part of it held. */
export async function runDemoSession(context: CommandContext, env: NodeJS.ProcessEnv): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), 'hitl-mcp-demo-'));
  try {
    // The demo is about the product, not about what this shell happens to be configured for.
    const stackLogger = createStackLogger({});
    let errors = 0;
    const stack = await startLocalStack({
      dataDir,
      env: { PATH: env.PATH, HOME: env.HOME },
      listen: { port: 0 },
      logger: {
        ...stackLogger,
        error: (message, facts) => {
          errors += 1;
          stackLogger.error(message, facts);
        },
      },
    });
    try {
      const played = await playDemo(context, stack);
      await stack.idle();
      const outcome: DemoOutcome = { ...played, errors };
      const hasHeld = JSON.stringify(outcome) === JSON.stringify(expected);
      if (context.output.isJson) context.output.result({ ok: hasHeld, ...outcome }, () => '');
      else if (!hasHeld) context.output.warn(`the demo did not go as it should: ${JSON.stringify(outcome)}`);
      context.exitCode = hasHeld ? exitCodes.ok : exitCodes.failed;
    } finally {
      await stack.close();
    }
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function playDemo(context: CommandContext, stack: LocalStack): Promise<Omit<DemoOutcome, 'errors'>> {
  const { output, signal } = context;
  const { colors } = output;
  const { requester, approver, outsider } = samplePeople;
  const api = createApiClient({ baseUrl: stack.url ?? '', token: stack.token, fetch: globalThis.fetch });
  const ask = (query: string) => submitRequest(stack, api, context, { userId: requester, query });
  output.say(colors.bold('1. A read is allowed at once'));
  const read = await ask('List all users in the example.com domain');

  output.say(colors.bold('\n2. A privileged change waits for the right person'));
  const asked = await ask(nextSampleQuery([]));
  const [approval] = asked.waiting;
  if (approval === undefined) {
    output.warn('the change was not held for approval');
    return outcomeOf(read.run, asked.run, 0, false);
  }
  output.say(renderApprovalCard(approval, output));

  output.say(colors.bold('\n3. Votes'));
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
    [`${requester}, who asked`, await vote(requester)],
    [`${outsider}, who is no approver`, await vote(outsider)],
    [`${approver}, who saw something else`, await vote(approver, 'f'.repeat(64))],
  ] as const;
  for (const [who, answer] of refusals) output.say(`  ${who}: ${colors.red(answer)}`);
  const printed = printRun(stack, asked.run.run_id, output, signal);
  output.say(`  ${approver}, who saw exactly this: ${colors.green(await vote(approver))}`);
  await printed;
  const { run } = await settledRun(api, asked.run.run_id, signal);

  output.say(colors.bold('4. What happened, on the record'));
  output.say(renderRun({ ...run, output: null }, output));
  const report = await api.request(verifyReportViewSchema, 'GET', '/audit/verify');
  output.say(renderReport(report));
  const refused = refusals.filter(([, answer]) => answer.startsWith('refused')).length;
  return outcomeOf(read.run, run, refused, report.ok);
}

function outcomeOf(
  read: RunView,
  change: RunView,
  refusals: number,
  isVerified: boolean,
): Omit<DemoOutcome, 'errors'> {
  return {
    read: read.status,
    change: change.status,
    executions: change.tool_calls.filter((call) => call.status === 'succeeded').length,
    refusals,
    record_verified: isVerified,
  };
}
