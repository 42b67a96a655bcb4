import { type ApprovalView, approvalViewSchema, type RunView, runViewSchema } from '@hitl/application/views';
import { approvalCategories } from '@hitl/core';
import { type Command, Option } from 'commander';
import type { ApiClient } from '../api-client.ts';
import type { CommandContext } from '../context.ts';
import { exitCodeOf } from '../exit-codes.ts';
import { id, integer, text } from '../parse-option.ts';
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
  wait?: number | true;
  dryRun?: boolean;
  executionTimeout?: number;
}

const defaultWaitSeconds = 3600;
const longestWaitSeconds = 7 * 86_400;
/** Without --wait the command still stays until the agent has answered or asks people. */
const settleMs = 120_000;

export function addRunCommand(program: Command, context: () => CommandContext): void {
  program
    .command('run')
    .description('ask the agent to do something')
    .requiredOption('--user-id <id>', 'who asks', id)
    .requiredOption('--query <text>', 'what to do, in plain English', text(8000))
    .addOption(
      new Option('--category <category>', 'raise the category of all calls; never lowers it').choices(
        approvalCategories,
      ),
    )
    .option('--environment <name>', 'must be the environment that the API serves', text(64))
    .option('--session <id>', 'go on in an earlier conversation of the same person', id)
    .option(
      '--execution-timeout <seconds>',
      'bound of acting; waiting for people does not count',
      integer(1, 3600),
    )
    .option(
      '--wait [seconds]',
      `wait for people too, at most so long (${defaultWaitSeconds} when no number is given)`,
      integer(0, longestWaitSeconds),
    )
    .option('--dry-run', 'show what would be called and decided, execute nothing')
    .addHelpText(
      'after',
      `
Exit codes: 0 completed, 1 failed, 2 usage, 3 denied by policy, 4 awaiting approval, 5 rejected or expired

Examples:
  hitl-mcp run --user-id alice --query "List all users in the example.com domain"
  hitl-mcp run --user-id alice --query "Suspend the user account for john.doe@example.com" --wait 600
  hitl-mcp run --user-id alice --query "Create a Jira project called Apollo" --dry-run --json`,
    )
    .action(async (options: RunOptions) => runQuery(context(), options));
}

async function runQuery(context: CommandContext, options: RunOptions): Promise<void> {
  const { output, signal } = context;
  const api = await context.api({ isReachable: options.wait !== undefined });
  const started = await api.request(runViewSchema, 'POST', '/agent/run', {
    user_id: options.userId,
    query: options.query,
    category: options.category,
    environment: options.environment,
    session_id: options.session,
    dry_run: options.dryRun,
    execution_timeout: options.executionTimeout,
  });
  let run = await withSpinner(output, 'the agent is working', () =>
    waitForRun(api, started.run_id, { timeoutMs: settleMs, signal }),
  );
  const waitSeconds = options.wait === true ? defaultWaitSeconds : (options.wait ?? 0);
  const deadline = Date.now() + waitSeconds * 1000;
  for (const shown = new Set<string>(); run.status === 'awaiting_approval'; ) {
    for (const approval of await readOpenApprovals(api, run, shown)) {
      shown.add(approval.approval_id);
      if (output.isJson) continue;
      output.say(renderApprovalCard(approval, output));
      output.say(`to approve:  hitl-mcp approvals approve ${approval.approval_id} --user-id APPROVER\n`);
    }
    if (signal.aborted || Date.now() >= deadline) break;
    // A later step of the same run may ask again: that request is shown too.
    run = await withSpinner(output, 'waiting for people; Ctrl-C leaves the request waiting', () =>
      waitForRun(api, run.run_id, {
        timeoutMs: deadline - Date.now(),
        signal,
        until: (view) =>
          view.status !== 'running' &&
          (view.status !== 'awaiting_approval' || openApprovalIds(view).some((each) => !shown.has(each))),
      }),
    );
  }
  output.result(run, (view) => renderRun(view, output));
  if (signal.aborted && (run.status === 'awaiting_approval' || run.status === 'running'))
    output.warn(
      `stopped waiting; nothing is lost: ${run.run_id} is ${run.status}, see "hitl-mcp runs show ${run.run_id}"`,
    );
  context.exitCode = exitCodeOf(run.status);
}

function openApprovalIds(run: RunView): string[] {
  const ids = run.tool_calls.flatMap((call) =>
    call.status === 'awaiting_approval' && call.approval_id !== undefined ? [call.approval_id] : [],
  );
  return [...new Set(ids)];
}

async function readOpenApprovals(
  api: ApiClient,
  run: RunView,
  known: ReadonlySet<string>,
): Promise<ApprovalView[]> {
  const ids = openApprovalIds(run).filter((each) => !known.has(each));
  return Promise.all(
    ids.map((each) => api.request(approvalViewSchema, 'GET', `/approvals/${encodeURIComponent(each)}`)),
  );
}
