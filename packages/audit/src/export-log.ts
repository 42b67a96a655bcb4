import { createHash } from 'node:crypto';
import {
  type AuditEntry,
  type AuditLog,
  type BlobStore,
  canonicalJson,
  checkpointsStream,
  IntegrityError,
  NotFoundError,
} from '@hitl/core';
import { blobOf } from './payload-members.ts';

export const exportFormat = 'hitl-audit-export';
export const exportVersion = 1;

/**
 * The record as JSON Lines, each line an RFC 8785 object and its newline:
 * `{"format","kind":"header","version"}`, then per entry its blob (`{"kind":"blob","sha256","text"}`, once per file, right before
 * the first entry that refers to it) and `{"entry","kind":"entry"}`, checkpoints first, then
 * `{"blobs","checkpoints","entries","head","kind":"trailer","lines_sha256","streams"}`, where `lines_sha256` covers all bytes before.
 * A damaged record is exported as it stands: it is for the verifier to say what is wrong with it.
 */
export async function* exportLog(deps: {
  readonly log: AuditLog;
  readonly blobs: BlobStore;
}): AsyncIterable<string> {
  const { log, blobs } = deps;
  const hash = createHash('sha256');
  const exported = new Set<string>();
  const streams = new Set<string>();
  let entries = 0;
  let checkpoints = 0;
  let head: string | null = null;

  const line = (value: unknown): string => {
    const text = `${canonicalJson(value)}\n`;
    hash.update(text, 'utf8');
    return text;
  };

  async function* entryLines(entry: AuditEntry): AsyncIterable<string> {
    const sha256 = blobOf(entry)?.sha256;
    if (sha256 !== undefined && !exported.has(sha256)) {
      const text = await readBlob(blobs, sha256);
      if (text !== undefined) {
        exported.add(sha256);
        yield line({ kind: 'blob', sha256, text });
      }
    }
    entries += 1;
    streams.add(entry.stream);
    yield line({ kind: 'entry', entry });
  }

  yield line({ kind: 'header', format: exportFormat, version: exportVersion });
  for (const entry of await log.read(checkpointsStream)) {
    yield* entryLines(entry);
    checkpoints += 1;
    head = entry.hash;
  }
  for await (const entry of log.readAll()) if (entry.stream !== checkpointsStream) yield* entryLines(entry);
  const counts = { entries, streams: streams.size, checkpoints, blobs: exported.size, head };
  yield `${canonicalJson({ kind: 'trailer', ...counts, lines_sha256: hash.digest('hex') })}\n`;
}

async function readBlob(blobs: BlobStore, sha256: string): Promise<string | undefined> {
  try {
    return await blobs.get(sha256);
  } catch (error) {
    if (error instanceof NotFoundError || error instanceof IntegrityError) return undefined;
    throw error;
  }
}
