import { pageOf, runSummaryViewSchema, runViewSchema } from '@hitl/application/views';
import { runStatuses } from '@hitl/core';
import { Argument, type Command, Option } from 'commander';
import type { CommandContext } from '../context.ts';
import { id, integer, text } from '../parse-option.ts';
import { renderRun } from '../render/run.ts';
import { renderTable } from '../render/table.ts';
import { when } from '../render/when.ts';

const pageSchema = pageOf(runSummaryViewSchema);

interface ListOptions {
  userId?: string;
  status?: string;
  limit: number;
  cursor?: string;
}

export function addRunsCommands(program: Command, context: () => CommandContext): void {
  const runs = program.command('runs').description('look at runs, cancel one, resolve an unknown outcome');
  runs
    .command('list')
    .description('runs, newest first')
    .option('--user-id <id>', 'only of this requester', id)
    .addOption(new Option('--status <status>', 'only with this status').choices(runStatuses))
    .option('--limit <n>', 'at most this many', integer(1, 100), 20)
    .option('--cursor <cursor>', 'go on after an earlier page', text(2000))
    .action(async (options: ListOptions) => list(context(), options));
  runs
    .command('show')
    .addArgument(new Argument('<id>', 'of the run').argParser(id))
    .description('one run with its calls, decisions and results')
    .action(async (runId: string) => {
      const { output, api } = context();
      const run = await (await api()).request(runViewSchema, 'GET', pathOf(runId));
      output.result(run, (view) => renderRun(view, output));
    });
  runs
    .command('cancel')
    .addArgument(new Argument('<id>', 'of the run').argParser(id))
    .description('cancel a run: what has not been executed will not be')
    .requiredOption('--user-id <id>', 'the requester, or who was asked to approve', id)
    .option('--reason <text>', 'why', text(2000))
    .action(async (runId: string, options: { userId: string; reason?: string }) => {
      const { output, api } = context();
      const body = { user_id: options.userId, reason: options.reason };
      const run = await (await api()).request(runViewSchema, 'POST', `${pathOf(runId)}/cancel`, body);
      output.result(run, (view) => renderRun(view, output));
    });
  runs
    .command('resolve')
    .addArgument(new Argument('<id>', 'of the run').argParser(id))
    .addArgument(new Argument('<call>', 'id of the call, as "runs show" tells it').argParser(id))
    .description('say what became of a call whose outcome is unknown')
    .requiredOption('--user-id <id>', 'who looked; not the requester', id)
    .addOption(
      new Option('--outcome <outcome>', 'what was found')
        .choices(['succeeded', 'failed'])
        .makeOptionMandatory(),
    )
    .requiredOption('--note <text>', 'what was found, in words', text(2000))
    .action(
      async (runId: string, call: string, options: { userId: string; outcome: string; note: string }) => {
        const { output, api } = context();
        const body = { user_id: options.userId, outcome: options.outcome, note: options.note };
        const path = `${pathOf(runId)}/calls/${encodeURIComponent(call)}/resolve`;
        const run = await (await api()).request(runViewSchema, 'POST', path, body);
        output.result(run, (view) => renderRun(view, output));
      },
    );
}

async function list({ output, api }: CommandContext, options: ListOptions): Promise<void> {
  const query = new URLSearchParams({ limit: String(options.limit) });
  if (options.userId !== undefined) query.set('user_id', options.userId);
  if (options.status !== undefined) query.set('status', options.status);
  if (options.cursor !== undefined) query.set('cursor', options.cursor);
  const page = await (await api()).request(pageSchema, 'GET', `/agent/runs?${query}`);
  output.result(page, ({ items, next_cursor }) => {
    if (items.length === 0) return 'no runs';
    const table = renderTable(
      [
        { header: 'run', isWhole: true },
        { header: 'status', isWhole: true },
        { header: 'user' },
        { header: 'created', isWhole: true },
        { header: 'query' },
      ],
      items.map((item) => [item.run_id, item.status, item.user_id, when(item.created_at), item.query]),
      { width: output.width, styleHeader: output.colors.bold },
    );
    return next_cursor === null ? table : `${table}\nmore: --cursor ${next_cursor}`;
  });
}

function pathOf(runId: string): string {
  return `/agent/runs/${encodeURIComponent(runId)}`;
}
