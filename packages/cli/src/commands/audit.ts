import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { auditEntrySchema } from '@hitl/core';
import type { Command } from 'commander';
import { z } from 'zod';
import type { CommandContext } from '../context.ts';
import { exitCodes } from '../exit-codes.ts';
import { renderTable } from '../render/table.ts';

const entriesSchema = z.object({ items: z.array(auditEntrySchema), next_after: z.int().nullable() });
export const verifyReportSchema = z.looseObject({
  ok: z.boolean(),
  entries: z.int(),
  streams: z.int(),
  checkpoints: z.int(),
  head: z.string().nullable(),
  problem: z
    .looseObject({
      what: z.string(),
      detail: z.string(),
      stream: z.string().optional(),
      sequence: z.int().optional(),
    })
    .optional(),
});

export function addAuditCommands(program: Command, context: () => CommandContext): void {
  const audit = program.command('audit').description('the tamper-evident record');
  audit
    .command('list')
    .description('the entries of one run or stream, in order')
    .option('--run <id>', 'of this run')
    .option(
      '--stream <name>',
      'of this stream: run:ID, grant:ID, tool-pins, policy, checkpoints (the default)',
    )
    .option('--after <sequence>', 'only entries after this one', '0')
    .option('--limit <n>', 'at most this many', '200')
    .action(async (options: { run?: string; stream?: string; after: string; limit: string }) => {
      const { output, api } = context();
      const query = new URLSearchParams({ after: options.after, limit: options.limit });
      if (options.run !== undefined) query.set('run_id', options.run);
      if (options.stream !== undefined) query.set('stream', options.stream);
      const page = await (await api()).request(entriesSchema, 'GET', `/audit?${query}`);
      output.result(page, ({ items }) =>
        items.length === 0
          ? 'no entries'
          : renderTable(
              ['#', 'at', 'actor', 'event', 'hash', 'data'],
              items.map((entry) => [
                String(entry.sequence),
                entry.at,
                entry.actor,
                entry.type,
                entry.hash.slice(0, 12),
                shorten(JSON.stringify(entry.data)),
              ]),
              output.colors.bold,
            ),
      );
    });
  audit
    .command('verify')
    .description('check every chain and checkpoint; exits 1 and names the first bad entry')
    .option('--head <hash>', 'a checkpoint noted elsewhere: everything before it must be as it was')
    .action(async (options: { head?: string }) => {
      const command = context();
      const query = options.head === undefined ? '' : `?head=${encodeURIComponent(options.head)}`;
      const report = await (await command.api()).request(verifyReportSchema, 'GET', `/audit/verify${query}`);
      command.output.result(report, (view) => renderReport(view));
      if (!report.ok) command.exitCode = exitCodes.failed;
    });
  audit
    .command('export')
    .description(
      'write the whole record as JSON Lines; check it offline with packages/audit/verify-export.mjs',
    )
    .option('--out <file>', 'to this file instead of stdout')
    .action(async (options: { out?: string }) => {
      const { output, api } = context();
      const lines = Readable.from(await (await api()).stream('/audit/export'));
      if (options.out === undefined) {
        for await (const chunk of lines) process.stdout.write(chunk as Uint8Array);
        return;
      }
      await pipeline(lines, createWriteStream(options.out, { mode: 0o600 }));
      output.say(`written to ${options.out}`);
    });
}

export function renderReport(report: z.infer<typeof verifyReportSchema>): string {
  const { entries, streams, checkpoints, head, problem } = report;
  if (problem === undefined) {
    return `record verified: ${entries} entries in ${streams} chains, ${checkpoints} checkpoints${head === null ? '' : `, newest ${head}`}`;
  }
  const where = [problem.stream, problem.sequence === undefined ? undefined : `entry ${problem.sequence}`];
  return `RECORD BROKEN at ${where.filter(Boolean).join(' ')}: ${problem.what}: ${problem.detail}`;
}

function shorten(text: string): string {
  return text.length > 120 ? `${text.slice(0, 119)}… (--json shows all)` : text;
}
