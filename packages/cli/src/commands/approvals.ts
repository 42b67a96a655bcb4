import {
  type ApprovalView,
  approvalSummaryViewSchema,
  approvalViewSchema,
  pageOf,
} from '@hitl/application/views';
import { approvalStatuses, type JsonObject } from '@hitl/core';
import { Argument, type Command, Option } from 'commander';
import type { ApiClient } from '../api-client.ts';
import { confirm } from '../confirm.ts';
import type { CommandContext } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { digest, id, integer, jsonObject, text } from '../parse-option.ts';
import { renderApprovalCard } from '../render/approval-card.ts';
import { renderRun } from '../render/run.ts';
import { renderTable } from '../render/table.ts';
import { when } from '../render/when.ts';
import { withSpinner } from '../spinner.ts';
import { waitForRun } from '../wait-for-run.ts';

const pageSchema = pageOf(approvalSummaryViewSchema);

interface ListOptions {
  status: string;
  limit: number;
  cursor?: string;
}
interface VoteOptions {
  userId: string;
  digest?: string;
  reason?: string;
  yes?: boolean;
}
interface EditOptions {
  userId: string;
  arguments: JsonObject;
  call?: string;
  digest?: string;
}

const followMs = 60_000;

export function addApprovalsCommands(program: Command, context: () => CommandContext): void {
  const approvals = program.command('approvals').description('see what waits for people, and decide');
  const onOne = (name: string, description: string): Command =>
    approvals
      .command(name)
      .addArgument(new Argument('<id>', 'of the approval request').argParser(id))
      .description(description);
  approvals
    .command('list')
    .description('approval requests of one status, pending ones oldest first')
    .addOption(new Option('--status <status>', 'of this status').choices(approvalStatuses).default('pending'))
    .option('--limit <n>', 'at most this many', integer(1, 100), 20)
    .option('--cursor <cursor>', 'go on after an earlier page', text(2000))
    .action(async (options: ListOptions) => list(context(), options));
  onOne('show', 'the exact calls, what they need, the votes so far').action(async (approvalId: string) => {
    const { output, api } = context();
    output.result(await readApproval(await api(), approvalId), (view) => renderApprovalCard(view, output));
  });
  onOne('approve', 'approve exactly the calls that are shown')
    .requiredOption('--user-id <id>', 'who votes', id)
    .option('--digest <digest>', 'vote only if this is still what is asked; default: what is shown', digest)
    .option('--reason <text>', 'why', text(2000))
    .option('-y, --yes', 'do not ask on a terminal; without one nothing is asked anyway')
    .addHelpText(
      'after',
      `
Shows the request, votes on what it showed, and stays until the run ends or asks again.

Examples:
  hitl-mcp approvals approve apr_… --user-id carol
  HITL_API_TOKEN=… hitl-mcp approvals approve apr_… --user-id carol   (carol's own token: the vote is authenticated)`,
    )
    .action(async (approvalId: string, options: VoteOptions) =>
      vote(context(), approvalId, 'approve', options),
    );
  onOne('reject', 'reject: nothing of the request is executed')
    .requiredOption('--user-id <id>', 'who votes', id)
    .requiredOption('--reason <text>', 'why', text(2000))
    .option('--digest <digest>', 'vote only if this is still what is asked', digest)
    .action(async (approvalId: string, options: VoteOptions) =>
      vote(context(), approvalId, 'reject', options),
    );
  onOne('edit', "change a waiting call's arguments: policy again, earlier votes void, the editor can't vote")
    .requiredOption('--user-id <id>', 'who edits', id)
    .requiredOption('--arguments <json>', 'all arguments of the call, as a JSON object', jsonObject)
    .option('--call <id>', 'which call, where the request holds several; `approvals show` names them', id)
    .option('--digest <digest>', 'edit only if this is still what is asked', digest)
    .addHelpText(
      'after',
      `
Example:
  hitl-mcp approvals edit apr_… --user-id bob --arguments '{"user_key":"jane@example.com"}'`,
    )
    .action(async (approvalId: string, options: EditOptions) => edit(context(), approvalId, options));
}

function pathOf(approvalId: string): string {
  return `/approvals/${encodeURIComponent(approvalId)}`;
}

function readApproval(api: ApiClient, approvalId: string): Promise<ApprovalView> {
  return api.request(approvalViewSchema, 'GET', pathOf(approvalId));
}

async function list({ output, api }: CommandContext, options: ListOptions): Promise<void> {
  const query = new URLSearchParams({ status: options.status, limit: String(options.limit) });
  if (options.cursor !== undefined) query.set('cursor', options.cursor);
  const page = await (await api()).request(pageSchema, 'GET', `/approvals?${query}`);
  output.result(page, ({ items, next_cursor }) => {
    if (items.length === 0) return `nothing is ${options.status}`;
    const table = renderTable(
      [
        { header: 'approval', isWhole: true },
        { header: 'asked by' },
        { header: 'expires', isWhole: true },
        { header: 'tools' },
        { header: 'query' },
      ],
      items.map((item) => [
        item.approval_id,
        item.requester_id,
        when(item.expires_at),
        item.tools.join(', '),
        item.query,
      ]),
      { width: output.width, styleHeader: output.colors.bold },
    );
    return next_cursor === null ? table : `${table}\nmore: --cursor ${next_cursor}`;
  });
}

async function vote(
  context: CommandContext,
  approvalId: string,
  decision: 'approve' | 'reject',
  options: VoteOptions,
): Promise<void> {
  const { output, signal } = context;
  const api = await context.api();
  const shown = await readApproval(api, approvalId);
  if (!output.isJson) output.say(renderApprovalCard(shown, output));
  const mustAsk =
    decision === 'approve' &&
    options.yes !== true &&
    options.digest === undefined &&
    shown.status === 'pending' &&
    !output.isJson;
  if (mustAsk && !(await confirm(`Approve exactly this as ${options.userId}?`, signal))) {
    output.warn('nothing was voted; the request still waits');
    context.exitCode = exitCodes.awaitingApproval;
    return;
  }
  const decided = await api.request(approvalViewSchema, 'POST', `${pathOf(approvalId)}/votes`, {
    user_id: options.userId,
    decision,
    digest: options.digest ?? shown.digest,
    reason: options.reason,
  });
  if (decided.status === 'pending') {
    output.result(decided, ({ open_step }) => {
      const { index = 0, votes_have = 0, votes_needed = 0 } = open_step ?? {};
      return `vote counted; step ${index + 1} has ${votes_have} of ${votes_needed} votes`;
    });
    return;
  }
  // The command that decided stays for the outcome, so that what follows from the vote is seen at once.
  const run = await withSpinner(output, `${decided.status}; the run goes on`, () =>
    waitForRun(api, decided.run_id, { timeoutMs: followMs, signal }),
  );
  output.result(
    { ...decided, run },
    () => `${output.colors.bold(decided.status)}\n${renderRun(run, output)}`,
  );
  if (run.status === 'failed') context.exitCode = exitCodes.failed;
}

async function edit(
  { output, api: connect }: CommandContext,
  approvalId: string,
  options: EditOptions,
): Promise<void> {
  const api = await connect();
  const edited = await api.request(approvalViewSchema, 'POST', `${pathOf(approvalId)}/edit`, {
    user_id: options.userId,
    arguments: options.arguments,
    digest: options.digest ?? (await readApproval(api, approvalId)).digest,
    call_id: options.call,
  });
  output.result(edited, (view) => renderApprovalCard(view, output));
}
