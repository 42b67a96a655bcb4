// `npm run bench [-- policy audit …]`: runs the rows of each area, prints one table and writes JSON under bench/results/.
import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { BenchRow } from './bench-row.ts';
import { formatTable } from './format-table.ts';

/** Loaded only when asked for: a bench's peers are heavy. */
const areas: Readonly<Record<string, () => Promise<() => Promise<BenchRow[]>>>> = {
  policy: async () => (await import('./policy.bench.ts')).benchPolicy,
  audit: async () => (await import('./audit.bench.ts')).benchAudit,
  mcp: async () => (await import('./mcp.bench.ts')).benchMcp,
  'slack-ingress': async () => (await import('./slack-ingress.bench.ts')).benchSlackIngress,
  slack: async () => (await import('./slack.bench.ts')).benchSlack,
  deploy: async () => (await import('./deploy.bench.ts')).benchDeploy,
  stack: async () => (await import('./stack.bench.ts')).benchStack,
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !Object.hasOwn(areas, name));
if (unknown.length > 0) {
  process.stderr.write(
    `There is no bench "${unknown.join('", "')}"; there are: ${Object.keys(areas).join(', ')}.\n`,
  );
  process.exit(2);
}

const rows: BenchRow[] = [];
const failed: string[] = [];
for (const [name, load] of Object.entries(areas)) {
  if (asked.length > 0 && !asked.includes(name)) continue;
  process.stderr.write(`${name} ...\n`);
  try {
    const bench = await load();
    rows.push(...(await bench()));
  } catch (error) {
    // One area that breaks must not hide the others, and must not look like success.
    failed.push(name);
    process.stderr.write(`${name} failed: ${error instanceof Error ? error.stack : String(error)}\n`);
  }
}

const machine = {
  cpu: cpus()[0]?.model ?? 'unknown',
  cores: cpus().length,
  memory_gb: Math.round(totalmem() / 1e9),
  node: process.version,
};
process.stdout.write(
  `${formatTable(rows)}\n\n${machine.cpu}, ${machine.cores} cores, Node ${machine.node}\n`,
);

const at = new Date().toISOString();
const folder = fileURLToPath(new URL('../../../bench/results/', import.meta.url));
await mkdir(folder, { recursive: true });
const file = join(folder, `${at.replaceAll(/[:.]/g, '-')}.json`);
await writeFile(file, `${JSON.stringify({ at, machine, rows, failed }, null, 2)}\n`);
process.stdout.write(`Written to ${file}\n`);

// A number that is not met is a finding, told in the table; only a bench that could not run is a failure.
process.exit(failed.length > 0 ? 1 : 0);
