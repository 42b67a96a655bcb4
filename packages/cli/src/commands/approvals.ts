import { type ApprovalView, approvalViewSchema } from '@hitl/application';
import { approvalStatuses, InvalidInputError, isOneOf, type JsonObject } from '@hitl/core';
import type { Command } from 'commander';
import { z } from 'zod';
import type { ApiClient } from '../api-client.ts';
import type { CommandContext } from '../context.ts';
import { parseJsonOption } from '../parse-json-option.ts';
import { renderApprovalCard } from '../render/approval-card.ts';
import { renderRun } from '../render/run.ts';
import { renderTable } from '../render/table.ts';
import { withSpinner } from '../spinner.ts';
import { waitForRun } from '../wait-for-run.ts';

const pageSchema = z.object({
  items: z.array(
    z.object({
      approval_id: z.string(),
      run_id: z.string(),
      requester_id: z.string(),
      status: z.enum(approvalStatuses),
      tools: z.array(z.string()),
      query: z.string(),
      digest: z.string(),
      requested_at: z.string(),
      expires_at: z.string(),
    }),
  ),
  next_cursor: z.string().nullable(),
});

interface VoteOptions {
  userId: string;
  digest?: string;
  reason?: string;
}

const followMs = 60_000;

export function addApprovalsCommands(program: Command, context: () => CommandContext): void {
  const approvals = program.command('approvals').description('see what waits for people, and decide');
  approvals
    .command('list')
    .description('approval requests of one status, pending ones oldest first')
    .option('--status <status>', `one of ${approvalStatuses.join(', ')}`, 'pending')
    .option('--limit <n>', 'at most this many', '20')
    .option('--cursor <cursor>', 'go on after an earlier page')
    .action(async (options: { status: string; limit: string; cursor?: string }) => {
      const { output, api } = context();
      if (!isOneOf(approvalStatuses, options.status)) {
        throw new InvalidInputError(
          `--status: must be one of ${approvalStatuses.join(', ')}, not "${options.status}"`,
        );
      }
      const query = new URLSearchParams({ status: options.status, limit: options.limit });
      if (options.cursor !== undefined) query.set('cursor', options.cursor);
      const page = await (await api()).request(pageSchema, 'GET', `/approvals?${query}`);
      output.result(page, ({ items, next_cursor }) =>
        items.length === 0
          ? `nothing is ${options.status}`
          : renderTable(
              ['approval', 'asked by', 'tools', 'expires', 'query'],
              items.map((item) => [
                item.approval_id,
                item.requester_id,
                item.tools.join(', '),
                item.expires_at,
                item.query,
              ]),
              output.colors.bold,
            ) + (next_cursor === null ? '' : `\nmore: --cursor ${next_cursor}`),
      );
    });
  approvals
    .command('show <id>')
    .description('the exact calls, what they need, the votes so far')
    .action(async (id: string) => {
      const { output, api } = context();
      output.result(await readApproval(await api(), id), (view) => renderApprovalCard(view, output));
    });
  approvals
    .command('approve <id>')
    .description('approve exactly the calls that are shown')
    .requiredOption('--user-id <id>', 'who votes')
    .option(
      '--digest <digest>',
      'vote only if this is still what is asked (default: what is asked now, which is shown)',
    )
    .option('--reason <text>', 'why')
    .action(async (id: string, options: VoteOptions) => vote(context(), id, 'approve', options));
  approvals
    .command('reject <id>')
    .description('reject: nothing of the request is executed')
    .requiredOption('--user-id <id>', 'who votes')
    .requiredOption('--reason <text>', 'why')
    .option('--digest <digest>', 'vote only if this is still what is asked')
    .action(async (id: string, options: VoteOptions) => vote(context(), id, 'reject', options));
  approvals
    .command('edit <id>')
    .description("change a waiting call's arguments: policy again, earlier votes void, the editor can't vote")
    .requiredOption('--user-id <id>', 'who edits')
    .requiredOption('--arguments <json>', 'all arguments of the call, as a JSON object')
    .option('--call <id>', 'which call, where the request holds several')
    .option('--digest <digest>', 'edit only if this is still what is asked')
    .action(
      async (id: string, options: { userId: string; arguments: string; call?: string; digest?: string }) => {
        const { output, api: connect } = context();
        const args: JsonObject = parseJsonOption('--arguments', options.arguments);
        const api = await connect();
        const digest = options.digest ?? (await readApproval(api, id)).digest;
        const body = { user_id: options.userId, arguments: args, digest, call_id: options.call };
        const edited = await api.request(
          approvalViewSchema,
          'POST',
          `/approvals/${encodeURIComponent(id)}/edit`,
          body,
        );
        output.result(edited, (view) => renderApprovalCard(view, output));
      },
    );
}

function readApproval(api: ApiClient, id: string): Promise<ApprovalView> {
  return api.request(approvalViewSchema, 'GET', `/approvals/${encodeURIComponent(id)}`);
}

async function vote(
  context: CommandContext,
  id: string,
  decision: 'approve' | 'reject',
  options: VoteOptions,
): Promise<void> {
  const { output } = context;
  const api = await context.api();
  const shown = await readApproval(api, id);
  if (!output.isJson) output.say(renderApprovalCard(shown, output));
  const body = {
    user_id: options.userId,
    decision,
    digest: options.digest ?? shown.digest,
    reason: options.reason,
  };
  const decided = await api.request(
    approvalViewSchema,
    'POST',
    `/approvals/${encodeURIComponent(id)}/votes`,
    body,
  );
  if (decided.status === 'pending') {
    output.result(decided, (view) => {
      const step = view.open_step;
      return `vote counted; step ${(step?.index ?? 0) + 1} has ${step?.votes_have ?? 0} of ${step?.votes_needed ?? '?'} votes`;
    });
    return;
  }
  // The command that decided stays for the outcome, so that what follows from the vote is seen at once.
  const run = await withSpinner(output, `${decided.status}; the run goes on`, () =>
    waitForRun(api, decided.run_id, { timeoutMs: followMs, throughApprovals: false, signal: context.signal }),
  );
  output.result(
    { ...decided, run },
    () => `${output.colors.bold(decided.status)}\n${renderRun(run, output)}`,
  );
}
