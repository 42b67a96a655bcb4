import { type ApprovalView, approvalViewSchema, runViewSchema } from '@hitl/application';
import { approvalCategories, InvalidInputError, isOneOf } from '@hitl/core';
import type { Command } from 'commander';
import type { CommandContext } from '../context.ts';
import { exitCodeOf } from '../exit-codes.ts';
import { parseIntegerOption } from '../parse-json-option.ts';
import { renderApprovalCard } from '../render/approval-card.ts';
import { renderRun } from '../render/run.ts';
import { withSpinner } from '../spinner.ts';
import { waitForRun } from '../wait-for-run.ts';

interface RunOptions {
  userId: string;
  query: string;
  category?: string;
  environment?: string;
  session?: string;
  wait?: string | true;
  dryRun?: boolean;
  executionTimeout?: string;
}

const defaultWaitSeconds = 3600;
/** Without --wait the command still stays until the agent has answered or asks people. */
const settleMs = 120_000;

export function addRunCommand(program: Command, context: () => CommandContext): void {
  program
    .command('run')
    .description('ask the agent to do something')
    .requiredOption('--user-id <id>', 'who asks')
    .requiredOption('--query <text>', 'what to do, in plain English')
    .option('--category <category>', `raise the category of all calls: ${approvalCategories.join(', ')}`)
    .option('--environment <name>', 'must be the environment that the API serves')
    .option('--session <id>', 'go on in an earlier conversation')
    .option('--execution-timeout <seconds>', 'bound of acting; waiting for people does not count')
    .option('--wait [seconds]', `wait for people too (default ${defaultWaitSeconds})`)
    .option('--dry-run', 'show what would be called and decided, execute nothing')
    .addHelpText(
      'after',
      '\nExit codes: 0 completed, 1 failed, 2 usage, 3 denied by policy, 4 awaiting approval, 5 rejected or expired',
    )
    .action(async (options: RunOptions) => runQuery(context(), options));
}

async function runQuery(context: CommandContext, options: RunOptions): Promise<void> {
  const { output } = context;
  if (options.category !== undefined && !isOneOf(approvalCategories, options.category)) {
    throw new InvalidInputError(
      `--category: must be one of ${approvalCategories.join(', ')}, not "${options.category}"`,
    );
  }
  const waitSeconds =
    options.wait === undefined || options.wait === true
      ? defaultWaitSeconds
      : parseIntegerOption('--wait', options.wait, 0, 7 * 86_400);
  const body = {
    user_id: options.userId,
    query: options.query,
    category: options.category,
    environment: options.environment,
    session_id: options.session,
    dry_run: options.dryRun,
    ...(options.executionTimeout === undefined
      ? {}
      : { execution_timeout: parseIntegerOption('--execution-timeout', options.executionTimeout, 1, 3600) }),
  };
  const api = await context.api();
  const started = await api.request(runViewSchema, 'POST', '/agent/run', body);
  let run = await withSpinner(output, 'the agent is working', () =>
    waitForRun(api, started.run_id, { timeoutMs: settleMs, throughApprovals: false, signal: context.signal }),
  );
  const approvals: ApprovalView[] = [];
  if (run.status === 'awaiting_approval') {
    const ids = new Set(
      run.tool_calls.flatMap((call) =>
        call.status === 'awaiting_approval' && call.approval_id !== undefined ? [call.approval_id] : [],
      ),
    );
    for (const id of ids) {
      const approval = await api.request(approvalViewSchema, 'GET', `/approvals/${encodeURIComponent(id)}`);
      approvals.push(approval);
      if (output.isJson) continue;
      output.say(renderApprovalCard(approval, output));
      output.say(`approve:  hitl-mcp approvals approve ${id} --user-id APPROVER`);
    }
    if (options.wait !== undefined) {
      run = await withSpinner(output, 'waiting for people', () =>
        waitForRun(api, run.run_id, {
          timeoutMs: waitSeconds * 1000,
          throughApprovals: true,
          signal: context.signal,
        }),
      );
    }
  }
  output.result(run, (view) => renderRun(view, output));
  context.exitCode = exitCodeOf(run.status);
}
