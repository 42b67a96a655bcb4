import { runViewSchema } from '@hitl/application';
import { InvalidInputError, isOneOf, runStatuses } from '@hitl/core';
import type { Command } from 'commander';
import { z } from 'zod';
import type { CommandContext } from '../context.ts';
import { renderRun } from '../render/run.ts';
import { renderTable } from '../render/table.ts';

const pageSchema = z.object({
  items: z.array(
    z.object({
      run_id: z.string(),
      session_id: z.string(),
      user_id: z.string(),
      status: z.enum(runStatuses),
      query: z.string(),
      created_at: z.string(),
      updated_at: z.string(),
    }),
  ),
  next_cursor: z.string().nullable(),
});

export function addRunsCommands(program: Command, context: () => CommandContext): void {
  const runs = program.command('runs').description('look at runs, cancel one, resolve an unknown outcome');
  runs
    .command('list')
    .description('runs, newest first')
    .option('--user-id <id>', 'only of this requester')
    .option('--status <status>', `only with this status: ${runStatuses.join(', ')}`)
    .option('--limit <n>', 'at most this many', '20')
    .option('--cursor <cursor>', 'go on after an earlier page')
    .action(async (options: { userId?: string; status?: string; limit: string; cursor?: string }) => {
      const { output, api } = context();
      if (options.status !== undefined && !isOneOf(runStatuses, options.status)) {
        throw new InvalidInputError(
          `--status: must be one of ${runStatuses.join(', ')}, not "${options.status}"`,
        );
      }
      const query = new URLSearchParams({ limit: options.limit });
      if (options.userId !== undefined) query.set('user_id', options.userId);
      if (options.status !== undefined) query.set('status', options.status);
      if (options.cursor !== undefined) query.set('cursor', options.cursor);
      const page = await (await api()).request(pageSchema, 'GET', `/agent/runs?${query}`);
      output.result(page, ({ items, next_cursor }) =>
        items.length === 0
          ? 'no runs'
          : renderTable(
              ['run', 'status', 'user', 'created', 'query'],
              items.map((item) => [item.run_id, item.status, item.user_id, item.created_at, item.query]),
              output.colors.bold,
            ) + (next_cursor === null ? '' : `\nmore: --cursor ${next_cursor}`),
      );
    });
  runs
    .command('show <id>')
    .description('one run with its calls, decisions and results')
    .action(async (id: string) => {
      const { output, api } = context();
      const run = await (await api()).request(runViewSchema, 'GET', `/agent/runs/${encodeURIComponent(id)}`);
      output.result(run, (view) => renderRun(view, output));
    });
  runs
    .command('cancel <id>')
    .description('cancel a run: what has not been executed will not be')
    .requiredOption('--user-id <id>', 'the requester')
    .option('--reason <text>', 'why')
    .action(async (id: string, options: { userId: string; reason?: string }) => {
      const { output, api } = context();
      const body = { user_id: options.userId, reason: options.reason };
      const run = await (await api()).request(
        runViewSchema,
        'POST',
        `/agent/runs/${encodeURIComponent(id)}/cancel`,
        body,
      );
      output.result(run, (view) => renderRun(view, output));
    });
  runs
    .command('resolve <id> <call>')
    .description('say what became of a call whose outcome is unknown')
    .requiredOption('--user-id <id>', 'who looked; not the requester')
    .requiredOption('--outcome <outcome>', 'succeeded or failed')
    .requiredOption('--note <text>', 'what was found')
    .action(async (id: string, call: string, options: { userId: string; outcome: string; note: string }) => {
      const { output, api } = context();
      const body = { user_id: options.userId, outcome: options.outcome, note: options.note };
      const path = `/agent/runs/${encodeURIComponent(id)}/calls/${encodeURIComponent(call)}/resolve`;
      const run = await (await api()).request(runViewSchema, 'POST', path, body);
      output.result(run, (view) => renderRun(view, output));
    });
}
