import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { canonicalJson, checkpointsStream, inlinePayloadLimitBytes, sha256Hex } from '@hitl/core';
import { beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  blobOfRun,
  createFilledRecord,
  createSampleRecord,
  linesOf,
  type SampleRecord,
} from '../test/sample-record.ts';
import type { VerifyReport } from './audit-problem.ts';
import { exportLog } from './export-log.ts';
import { sealEntry } from './seal-entry.ts';
import { verifyExport } from './verify-export.ts';
import { verifyLog } from './verify-log.ts';

const standAlone = fileURLToPath(new URL('../verify-export.mjs', import.meta.url));

interface Answer {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the real verifier as a process of its own, fed through its standard input. */
function runStandAlone(lines: readonly string[], ...args: string[]): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [standAlone, '-', ...args]);
    let [stdout, stderr] = ['', ''];
    child.stdout.on('data', (chunk) => {
      stdout += chunk;
    });
    child.stderr.on('data', (chunk) => {
      stderr += chunk;
    });
    // It stops reading at the first bad line.
    child.stdin.on('error', () => {});
    child.on('error', reject);
    child.on('close', (code) => resolve({ code, stdout, stderr }));
    child.stdin.end(lines.map((line) => `${line}\n`).join(''));
  });
}

/** Both verdicts on the same lines; what they find and where they find it must not differ. */
async function verifyTwice(lines: readonly string[], head?: string): Promise<VerifyReport> {
  const ours = await verifyExport(lines, { expectedHead: head });
  const { code, stdout } = await runStandAlone(
    lines,
    '--json',
    ...(head === undefined ? [] : ['--head', head]),
  );
  const theirs = JSON.parse(stdout) as VerifyReport;
  expect(code).toBe(ours.ok ? 0 : 1);
  if (ours.ok) expect(theirs).toEqual(ours);
  else expect({ ...theirs.problem, detail: '' }).toEqual({ ...ours.problem, detail: '' });
  return ours;
}

type Tampering =
  | { readonly how: 'flip'; readonly line: number; readonly at: number; readonly to: string }
  | { readonly how: 'remove'; readonly line: number }
  | { readonly how: 'swap' | 'repeat'; readonly line: number; readonly other: number };

const tampering: fc.Arbitrary<Tampering> = fc.oneof(
  fc.record({
    how: fc.constant('flip' as const),
    line: fc.nat(),
    at: fc.nat(),
    to: fc.constantFrom('0', 'a', '}', 'é'),
  }),
  fc.record({ how: fc.constant('remove' as const), line: fc.nat() }),
  fc.record({ how: fc.constant('swap' as const), line: fc.nat(), other: fc.nat() }),
  fc.record({ how: fc.constant('repeat' as const), line: fc.nat(), other: fc.nat() }),
);

function tamper(lines: readonly string[], change: Tampering): string[] {
  const out = [...lines];
  const position = change.line % lines.length;
  const line = lines[position] ?? '';
  if (change.how === 'remove') out.splice(position, 1);
  if (change.how === 'repeat') out.splice(change.other % (lines.length + 1), 0, line);
  if (change.how === 'swap') {
    const other = change.other % lines.length;
    out[position] = lines[other] ?? '';
    out[other] = line;
  }
  if (change.how === 'flip') {
    const at = change.at % line.length;
    out[position] = `${line.slice(0, at)}${change.to}${line.slice(at + 1)}`;
  }
  return out;
}

type Json = Record<string, unknown>;
const first = { sequence: 2, previous_hash: 'd'.repeat(64) };

describe('the exported record', () => {
  let record: SampleRecord;
  let lines: string[];
  let newest: string;

  beforeAll(async () => {
    record = await createFilledRecord();
    lines = await linesOf(exportLog(record));
    newest = (await record.log.head(checkpointsStream))?.hash ?? '';
  });

  it('is found sound by the stand-alone verifier, which says what it checked', async () => {
    expect(await verifyTwice(lines, newest)).toEqual(await verifyLog(record));
    const { code, stdout } = await runStandAlone(lines);
    expect(code).toBe(0);
    expect(stdout).toContain('12 entries in 4 streams, 2 checkpoints, 3 blobs');
    expect(stdout).toContain(newest);
  });

  it('is found bad by both verifiers, at the same line for the same reason, whatever line is changed, dropped, moved or repeated', async () => {
    await fc.assert(
      fc.asyncProperty(tampering, async (change) => {
        const tampered = tamper(lines, change);
        fc.pre(tampered.join('\n') !== lines.join('\n'));
        expect((await verifyTwice(tampered)).ok).toBe(false);
      }),
      { numRuns: 60 },
    );
  });

  it('is called cut off after any line but the last', async () => {
    for (const length of [0, 1, Math.floor(lines.length / 2), lines.length - 1]) {
      const { problem } = await verifyTwice(lines.slice(0, length));
      expect(problem).toMatchObject({ what: 'file_cut', line: length + 1 });
    }
  });

  it('shows a rewritten run even where all its hashes and the trailer were made to fit', async () => {
    const { problem } = await verifyTwice(fitTrailer(rewriteRun(lines, 'run:run_b')));
    expect(problem).toMatchObject({ what: 'pin_mismatch', stream: 'run:run_b', sequence: 3 });
  });

  it.each([
    ['a whole run', (sequence: number) => sequence > 0, 'stream_missing'],
    ['the end of a run', (sequence: number) => sequence > 2, 'stream_truncated'],
  ])('misses %s that was cut out, even where the trailer was made to fit', async (_title, isCut, what) => {
    const cut = lines.filter((line) => {
      const { entry } = JSON.parse(line);
      return entry?.stream !== 'run:run_b' || !isCut(entry.sequence);
    });
    // Without its entry, a blob would be found stray first.
    const blob = isCut(1) ? await blobOfRun(record, 'run_b') : '';
    const kept = cut.filter((line) => JSON.parse(line).sha256 !== blob);
    expect((await verifyTwice(fitTrailer(kept))).problem).toMatchObject({
      what,
      stream: 'run:run_b',
      sequence: 3,
    });
  });

  it.each([
    ['a Merkle root', { merkle_root: 'c'.repeat(64) }],
    ['an interval', { from: '2001-01-01T00:00:00.000Z' }],
    ['an interval that ends before it begins', { to: '1969-01-01T00:00:00.000Z' }],
    ['a number of streams', { stream_count: 9 }],
    ['an empty list of heads', { heads: { inline: [] } }],
    ['heads of no shape', { heads: { inline: { stream: 'x' } } }],
    ['no heads', { heads: undefined }],
  ])('refuses a checkpoint that was sealed anew with %s of its own', async (_title, change) => {
    const forged = fitTrailer(rewriteRun(lines, checkpointsStream, change));
    expect((await verifyTwice(forged)).problem).toMatchObject({
      what: 'checkpoint_broken',
      stream: checkpointsStream,
      sequence: 1,
    });
  });

  it.each([
    ['links to something else', 'run:run_c', 4, { previous_hash: 'b'.repeat(64) }, 'wrong_previous_hash'],
    ['goes back in time', 'run:run_c', 4, { at: '2026-11-23T08:00:00.000Z' }, 'time_backwards'],
    ['leaves a gap', 'run:run_c', 4, { sequence: 5 }, 'gap'],
    ['says another length of its blob', 'run:run_b', 2, { data: otherLength }, 'blob_mismatch'],
    ['refers to another blob', 'run:run_b', 2, { data: otherBlob }, 'stray_blob'],
    ['refers to no blob', 'run:run_b', 2, { data: () => ({}) }, 'stray_blob'],
    ['claims to be a checkpoint', 'run:run_c', 4, { ...first, stream: checkpointsStream }, 'duplicate'],
  ])('pinpoints an entry that was sealed anew and %s', async (_title, stream, sequence, change, what) => {
    const forged = fitTrailer(resealOne(lines, stream, sequence, change));
    expect((await verifyTwice(forged)).problem).toMatchObject({ what });
  });

  it('pinpoints a trailer that counts something else', async () => {
    for (const name of ['entries', 'streams', 'checkpoints', 'blobs'] as const) {
      const trailer = JSON.parse(lines.at(-1) ?? '{}');
      const forged = [...lines.slice(0, -1), canonicalJson({ ...trailer, [name]: trailer[name] + 1 })];
      expect((await verifyTwice(forged)).problem).toMatchObject({ what: 'wrong_count', line: lines.length });
    }
  });

  it('is sound with a list of heads so long that it is a blob, and counts what was dated back', async () => {
    const large = createSampleRecord();
    for (let n = 0; n * 90 < inlinePayloadLimitBytes; n += 1) await large.append(`run:${n}`, 't', { n });
    const checkpoint = await large.checkpoint();
    expect(checkpoint?.data.heads).toHaveProperty('sha256');
    await large.log.append(sealEntry({ ...dated, stream: 'run:forged' }));
    const report = await verifyTwice(await linesOf(exportLog(large)), checkpoint?.hash);
    expect(report).toMatchObject({ ok: true, blobs: 1, checkpoints: 1, late_entries: 1 });
  });

  it('needs a noted head to tell a whole file that was made anew', async () => {
    const other = await createFilledRecord();
    await other.append('run:run_z', 'run-started', { run_id: 'run_z' });
    await other.checkpoint();
    const theirs = await linesOf(exportLog(other));
    // Both samples begin alike, so the noted head is in both; the newest one of the other is in one only.
    const head = (await other.log.head(checkpointsStream))?.hash ?? '';
    expect((await verifyTwice(theirs, newest)).ok).toBe(true);
    expect((await verifyTwice(lines, head)).problem).toMatchObject({ what: 'head_not_found' });
  });

  it('is exported as it stands when it is damaged, and found bad where it is', async () => {
    const damaged = await createFilledRecord();
    damaged.blobs.tamper(await blobOfRun(damaged, 'run_c'), undefined);
    const report = await verifyTwice(await linesOf(exportLog(damaged)));
    expect(report.problem).toMatchObject({ what: 'blob_missing', stream: 'run:run_c', sequence: 2 });
  });

  it('is refused with one line and exit code 2 when it can not be read', async () => {
    const answer = await new Promise<Answer>((resolve) => {
      const child = spawn(process.execPath, [standAlone, '/nonexistent/export.jsonl']);
      let stderr = '';
      child.stderr.on('data', (chunk) => {
        stderr += chunk;
      });
      child.on('close', (code) => resolve({ code, stdout: '', stderr }));
    });
    expect(answer.code).toBe(2);
    expect(answer.stderr.trim().split('\n')).toHaveLength(1);
  });
});

const dated = {
  head: undefined,
  type: 'run-started',
  actor: 'mallory',
  data: {},
  at: '2026-11-23T09:00:00.000Z',
};

function otherLength(data: Json): Json {
  const messages = data.messages as { sha256: string; bytes: number };
  return { ...data, messages: { ...messages, bytes: messages.bytes + 1 } };
}

function otherBlob(data: Json): Json {
  return { ...data, messages: { ...(data.messages as Json), sha256: 'e'.repeat(64) } };
}

/** Changes members of one entry (its data by a function) and gives it a true hash again. */
function resealOne(lines: readonly string[], stream: string, sequence: number, change: Json): string[] {
  return lines.map((line) => {
    const value = JSON.parse(line);
    if (value.entry?.stream !== stream || value.entry.sequence !== sequence) return line;
    const { hash: _old, ...entry } = { ...value.entry, ...change };
    if (typeof change.data === 'function') entry.data = change.data(value.entry.data);
    return canonicalJson({ ...value, entry: { ...entry, hash: sha256Hex(canonicalJson(entry)) } });
  });
}

/** Changes a stream's first entry and seals it and all after it anew, as somebody would who knows how. */
function rewriteRun(lines: readonly string[], stream: string, data?: Record<string, unknown>): string[] {
  let previous: string | undefined;
  return lines.map((line) => {
    const value = JSON.parse(line);
    if (value.entry?.stream !== stream) return line;
    const { hash: _old, ...entry } = value.entry;
    if (previous !== undefined) entry.previous_hash = previous;
    else if (data !== undefined) entry.data = { ...entry.data, ...data };
    else entry.actor = 'somebody-else';
    previous = sha256Hex(canonicalJson(entry));
    return canonicalJson({ ...value, entry: { ...entry, hash: previous } });
  });
}

/** Makes the trailer say what the lines before it are. */
function fitTrailer(lines: readonly string[]): string[] {
  const before = lines.slice(0, -1);
  const values = before.map((line) => JSON.parse(line));
  const entries = values.flatMap((value) => (value.kind === 'entry' ? [value.entry] : []));
  const checkpoints = entries.filter((entry) => entry.stream === checkpointsStream);
  const trailer = {
    kind: 'trailer',
    entries: entries.length,
    streams: new Set(entries.map((entry) => entry.stream)).size,
    checkpoints: checkpoints.length,
    blobs: values.filter((value) => value.kind === 'blob').length,
    head: checkpoints.at(-1)?.hash ?? null,
    lines_sha256: sha256Hex(before.map((line) => `${line}\n`).join('')),
  };
  return [...before, canonicalJson(trailer)];
}
