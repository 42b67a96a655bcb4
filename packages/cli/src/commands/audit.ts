import { verifyReportViewSchema } from '@hitl/application/views';
import { auditEntrySchema, visibleJson } from '@hitl/core';
import { type Command, Option } from 'commander';
import { z } from 'zod';
import type { CommandContext } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { exportRecord } from '../export-record.ts';
import { digest, id, integer, text } from '../parse-option.ts';
import { renderTable } from '../render/table.ts';
import { renderReport } from '../verify-report.ts';

const entriesSchema = z.object({ items: z.array(auditEntrySchema), next_after: z.int().nullable() });

interface ListOptions {
  run?: string;
  stream?: string;
  after: number;
  limit: number;
}

export function addAuditCommands(program: Command, context: () => CommandContext): void {
  const audit = program.command('audit').description('the tamper-evident record');
  audit
    .command('list')
    .description('the entries of one run or stream, in order')
    .option('--run <id>', 'of this run', id)
    .addOption(
      new Option('--stream <name>', 'of this stream (default: checkpoints), as "audit export" names them')
        .argParser(text(200))
        .conflicts('run'),
    )
    .option('--after <sequence>', 'only entries after this one', integer(0, 1e15 - 1), 0)
    .option('--limit <n>', 'at most this many', integer(1, 1000), 200)
    .action(async (options: ListOptions) => list(context(), options));
  audit
    .command('verify')
    .description('check every chain and checkpoint; exits 1 and names the first bad entry')
    .option('--head <hash>', 'a checkpoint noted elsewhere: everything before it must be as it was', digest)
    .action(async (options: { head?: string }) => {
      const command = context();
      const query = options.head === undefined ? '' : `?head=${options.head}`;
      const report = await (await command.api()).request(
        verifyReportViewSchema,
        'GET',
        `/audit/verify${query}`,
      );
      command.output.result(report, (view) => renderReport(view));
      if (!report.ok) command.exitCode = exitCodes.failed;
    });
  audit
    .command('export')
    .description('write the whole record as JSON Lines (with --json as one list)')
    .option('--out <file>', 'to this file, replaced as a whole, instead of stdout')
    .addHelpText(
      'after',
      `
The file can be checked offline, on another machine, without this program:
  hitl-mcp audit export --out record.jsonl
  node packages/audit/verify-export.mjs record.jsonl`,
    )
    .action(async (options: { out?: string }) => {
      const { output, api } = context();
      await exportRecord(await api(), options.out, output);
    });
}

async function list({ output, api }: CommandContext, options: ListOptions): Promise<void> {
  const query = new URLSearchParams({ after: String(options.after), limit: String(options.limit) });
  if (options.run !== undefined) query.set('run_id', options.run);
  if (options.stream !== undefined) query.set('stream', options.stream);
  const page = await (await api()).request(entriesSchema, 'GET', `/audit?${query}`);
  output.result(page, ({ items, next_after }) => {
    if (items.length === 0) return 'no entries';
    const table = renderTable(
      [
        { header: '#', isWhole: true },
        { header: 'at', isWhole: true },
        { header: 'actor' },
        { header: 'event', isWhole: true },
        { header: 'hash', isWhole: true },
        { header: 'data' },
      ],
      items.map((entry) => [
        String(entry.sequence),
        entry.at.replace('T', ' ').replace(/\.\d+Z$/, 'Z'),
        entry.actor,
        entry.type,
        entry.hash.slice(0, 8),
        visibleJson(entry.data),
      ]),
      { width: output.width, styleHeader: output.colors.bold },
    );
    return next_after === null ? table : `${table}\nmore: --after ${next_after}`;
  });
}
