import { execFile } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { exportLog, verifyLog } from '@hitl/audit';
import { createReadOnlyLog, noBlobs, sampleEntries } from './audit-sample.ts';
import type { BenchRow } from './bench-row.ts';

const standAlone = fileURLToPath(new URL('../../audit/verify-export.mjs', import.meta.url));
const inProject = fileURLToPath(new URL('./verify-sample.ts', import.meta.url));
const rounds = 5;
/** What garbage and a growing heap may differ by between two sizes of the same job; 90,000 entries are 80 MB of text. */
const flatMegabytes = 40;

/** How long verifying 100,000 entries takes, and what ten times the entries cost in memory. */
export async function benchAudit(): Promise<BenchRow[]> {
  const folder = await mkdtemp(join(tmpdir(), 'hitl-bench-audit-'));
  try {
    const small = join(folder, 'small.jsonl');
    const large = join(folder, 'large.jsonl');
    await writeExport(small, 10_000);
    await writeExport(large, 100_000);
    return [
      secondsRow('audit: verify 100,000 entries (verifyLog)', await timeVerifyLog()),
      secondsRow(
        'audit: verify an export of 100,000 entries (stand-alone, with process start)',
        await medianSeconds(() => peakMegabytes(standAlone, large)),
      ),
      memoryRow(
        'audit: verifyLog',
        await peakMegabytes(inProject, '10000'),
        await peakMegabytes(inProject, '100000'),
      ),
      memoryRow(
        'audit: stand-alone',
        await peakMegabytes(standAlone, small),
        await peakMegabytes(standAlone, large),
      ),
    ];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function timeVerifyLog(): Promise<number> {
  const entries = [...sampleEntries(100_000)];
  return medianSeconds(async () => {
    const report = await verifyLog({
      log: createReadOnlyLog(() => entries),
      blobs: noBlobs,
    });
    if (!report.ok || report.entries !== entries.length) throw new Error('the sample does not verify');
  });
}

async function medianSeconds(job: () => Promise<unknown>): Promise<number> {
  const seconds: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const startMs = performance.now();
    await job();
    seconds.push((performance.now() - startMs) / 1000);
  }
  return seconds.sort((a, b) => a - b)[Math.floor(rounds / 2)] ?? Number.NaN;
}

/** Peak resident memory of a process of its own that verifies; it must find the sample sound. */
async function peakMegabytes(script: string, argument: string): Promise<number> {
  const report = "process.on('exit', () => console.error('peak ' + process.resourceUsage().maxRSS))";
  const preload = `data:text/javascript,${encodeURIComponent(report)}`;
  const { stderr } = await promisify(execFile)(process.execPath, ['--import', preload, script, argument]);
  const kilobytes = Number(/peak (\d+)/.exec(stderr)?.[1]);
  return kilobytes / 1024;
}

async function writeExport(file: string, count: number): Promise<void> {
  const log = createReadOnlyLog(() => sampleEntries(count));
  await pipeline(Readable.from(exportLog({ log, blobs: noBlobs })), createWriteStream(file));
}

function secondsRow(name: string, seconds: number): BenchRow {
  return { name, value: Number(seconds.toFixed(3)), unit: 's', target: '<= 2 s', met: seconds <= 2 };
}

function memoryRow(what: string, small: number, large: number): BenchRow {
  const growth = Math.round(large - small);
  return {
    name: `${what}, memory that 100,000 entries take more than 10,000`,
    value: growth,
    unit: 'MB',
    target: `flat (<= ${flatMegabytes} MB)`,
    met: growth <= flatMegabytes,
    note: `peak ${Math.round(small)} and ${Math.round(large)} MB; 1,000 and 10,000 streams`,
  };
}
