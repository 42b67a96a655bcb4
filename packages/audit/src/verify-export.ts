import { createHash } from 'node:crypto';
import { type AuditEntry, canonicalJson, checkpointsStream, sha256Hex } from '@hitl/core';
import { z } from 'zod';
import type { AuditProblem, VerifyReport } from './audit-problem.ts';
import { createRecordVerifier } from './create-record-verifier.ts';
import { exportFormat, exportVersion } from './export-log.ts';
import { blobOf } from './payload-members.ts';

const headerSchema = z.strictObject({
  kind: z.literal('header'),
  format: z.literal(exportFormat),
  version: z.literal(exportVersion),
});
const blobLineSchema = z.strictObject({ kind: z.literal('blob'), sha256: z.string(), text: z.string() });
const trailerSchema = z.strictObject({
  kind: z.literal('trailer'),
  entries: z.int(),
  streams: z.int(),
  checkpoints: z.int(),
  blobs: z.int(),
  head: z.string().nullable(),
  lines_sha256: z.string(),
});

/** Lines that are neither empty nor header, in the only form that the exporter writes. */
interface Line {
  readonly kind: unknown;
  readonly entry?: unknown;
}

/**
 * Verifies an export line by line; `lines` come without their newlines. The stand-alone verifier beside this package does the same
 * without sharing a line of code with it.
 */
export async function verifyExport(
  lines: AsyncIterable<string> | Iterable<string>,
  options: { readonly expectedHead?: string | undefined } = {},
): Promise<VerifyReport> {
  const verifier = createRecordVerifier(options);
  const hash = createHash('sha256');
  const blobBytes = new Map<string, number>();
  /** The blob that the next entry must refer to. */
  let waiting: { readonly sha256: string; readonly text: string } | undefined;
  let number = 0;
  let isComplete = false;
  let areCheckpointsOver = false;

  const entryLine = (entry: unknown): AuditProblem | undefined => {
    const offered = waiting;
    waiting = undefined;
    const isCheckpoint = (entry as Partial<AuditEntry> | null)?.stream === checkpointsStream;
    const problem =
      isCheckpoint && !areCheckpointsOver ? verifier.checkpoint(entry, offered?.text) : verifier.entry(entry);
    areCheckpointsOver ||= !isCheckpoint;
    if (problem !== undefined && problem.what !== 'checkpoint_broken') return problem;
    return blobProblem(entry as AuditEntry, offered?.sha256) ?? problem;
  };

  const blobProblem = (entry: AuditEntry, offered: string | undefined): AuditProblem | undefined => {
    const { stream, sequence } = entry;
    const blob = blobOf(entry);
    if (offered !== undefined && blob?.sha256 !== offered)
      return {
        what: 'stray_blob',
        stream,
        sequence,
        detail: `the blob ${offered} before it is not one of its`,
      };
    if (blob === undefined) return undefined;
    const bytes = blobBytes.get(blob.sha256);
    if (bytes === undefined)
      return { what: 'blob_missing', stream, sequence, detail: `blob ${blob.sha256} is not there` };
    if (bytes !== blob.bytes)
      return { what: 'blob_mismatch', stream, sequence, detail: `blob ${blob.sha256} has another length` };
    return undefined;
  };

  const blobLine = (line: unknown): AuditProblem | undefined => {
    const { success, data } = blobLineSchema.safeParse(line);
    if (!success) return { what: 'bad_line', detail: 'not a well-formed blob line' };
    if (waiting !== undefined || blobBytes.has(data.sha256))
      return { what: 'stray_blob', detail: `blob ${data.sha256} does not belong here` };
    if (sha256Hex(data.text) !== data.sha256)
      return { what: 'blob_mismatch', detail: `blob ${data.sha256} was changed` };
    blobBytes.set(data.sha256, Buffer.byteLength(data.text, 'utf8'));
    waiting = data;
    return undefined;
  };

  const trailerLine = (line: unknown): AuditProblem | undefined => {
    isComplete = true;
    const { success, data } = trailerSchema.safeParse(line);
    if (!success) return { what: 'bad_line', detail: 'not a well-formed trailer' };
    if (waiting !== undefined)
      return { what: 'stray_blob', detail: `no entry follows blob ${waiting.sha256}` };
    const unseen = verifier.finish();
    if (unseen !== undefined) return unseen;
    const counted = verifier.report(blobBytes.size, undefined);
    for (const name of ['entries', 'streams', 'checkpoints', 'blobs', 'head'] as const)
      if (data[name] !== counted[name])
        return {
          what: 'wrong_count',
          detail: `${name}: the trailer says ${data[name]}, not ${counted[name]}`,
        };
    if (data.lines_sha256 !== hash.copy().digest('hex'))
      return { what: 'lines_changed', detail: 'these are not the lines that were written, in that order' };
    return undefined;
  };

  const checkLine = (text: string): AuditProblem | undefined => {
    if (isComplete) return { what: 'file_cut', detail: 'there is more after the trailer' };
    const line = parseLine(text);
    if (line === undefined) return { what: 'bad_line', detail: 'not one RFC 8785 JSON object' };
    if (number === 1) {
      if (!headerSchema.safeParse(line).success)
        return {
          what: 'bad_line',
          detail: `not the header of a ${exportFormat} file, version ${exportVersion}`,
        };
      return undefined;
    }
    if (line.kind === 'entry' && 'entry' in line && Object.keys(line).length === 2)
      return entryLine(line.entry);
    if (line.kind === 'blob') return blobLine(line);
    if (line.kind === 'trailer') return trailerLine(line);
    return { what: 'bad_line', detail: 'neither entry, blob nor trailer' };
  };

  const report = (problem: AuditProblem | undefined): VerifyReport =>
    verifier.report(blobBytes.size, problem === undefined ? undefined : { ...problem, line: number });

  for await (const text of lines) {
    number += 1;
    const problem = checkLine(text);
    if (problem !== undefined) return report(problem);
    hash.update(text, 'utf8').update('\n');
  }
  if (isComplete) return report(undefined);
  number += 1;
  return report({ what: 'file_cut', detail: 'the file ends before its trailer' });
}

/** `undefined` unless the line is exactly what the exporter writes for that value: no other spacing, order or repeated member. */
function parseLine(text: string): Line | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return undefined;
    return canonicalJson(value) === text ? (value as Line) : undefined;
  } catch {
    return undefined;
  }
}
