import {
  type AuditEntry,
  type AuditLog,
  auditEntryHash,
  type BlobStore,
  type Clock,
  checkpointsStream,
  IntegrityError,
  type JsonObject,
  SequenceConflictError,
  storePayload,
} from '@hitl/core';
import { beginningOfTime, compareStreams, parseCheckpoint } from './checkpoint.ts';
import { merkleRoot, type PinnedHead } from './merkle-root.ts';
import { sealEntry } from './seal-entry.ts';

const longestQuietMs = 86_400_000;

/**
 * Pins the head of every stream that grew since the last checkpoint, up to `graceMs` ago: long enough for slow writers, clocks
 * that differ, and an index that lags. Returns the checkpoint, or `undefined` when nothing grew or another maker was first. Once a
 * day one is made that pins nothing, so that what must be looked through stays a day, however long nobody asks for anything.
 * @throws IntegrityError when a head that would be pinned does not match its own hash.
 */
export async function makeCheckpoint(deps: {
  readonly log: AuditLog;
  readonly blobs: BlobStore;
  readonly clock: Clock;
  readonly graceMs: number;
}): Promise<AuditEntry | undefined> {
  const { log, blobs, clock, graceMs } = deps;
  const last = await log.head(checkpointsStream);
  const from = last === undefined ? beginningOfTime : endOf(last);
  const to = new Date(clock.now() - graceMs).toISOString();
  if (Date.parse(to) <= Date.parse(from)) return undefined;

  // The first one covers all there is: an interval from the beginning of time may be slow to ask of an index by time.
  const grown = last === undefined ? log.readAll() : log.readInterval(from, to);
  const heads = await newestPerStream(grown, Date.parse(to));
  const isShort = Date.parse(to) - Date.parse(from) < longestQuietMs;
  if (heads.length === 0 && (last === undefined || isShort)) return undefined;
  const checkpoint = sealEntry({
    stream: checkpointsStream,
    head: last,
    type: 'checkpoint-made',
    actor: 'system',
    data: {
      from,
      to,
      merkle_root: merkleRoot(heads),
      stream_count: heads.length,
      heads: (await storePayload(
        blobs,
        heads.map((head): JsonObject => ({ ...head })),
      )) as JsonObject,
    },
    at: new Date(clock.now()).toISOString(),
  });
  try {
    await log.append(checkpoint);
  } catch (error) {
    if (error instanceof SequenceConflictError) return undefined;
    throw error;
  }
  return checkpoint;
}

function endOf(checkpoint: AuditEntry): string {
  const parsed = parseCheckpoint(checkpoint);
  if (parsed === undefined)
    throw new IntegrityError(`${checkpoint.stream} entry ${checkpoint.sequence} is no checkpoint`);
  return parsed.to;
}

async function newestPerStream(entries: AsyncIterable<AuditEntry>, toMs: number): Promise<PinnedHead[]> {
  const newest = new Map<string, AuditEntry>();
  for await (const entry of entries) {
    // Checkpoints pin each other by their own chain; if they also counted here, each one would call for the next.
    if (entry.stream === checkpointsStream || Date.parse(entry.at) >= toMs) continue;
    if (entry.sequence > (newest.get(entry.stream)?.sequence ?? 0)) newest.set(entry.stream, entry);
  }
  return [...newest.values()]
    .map((entry) => {
      if (auditEntryHash(entry) !== entry.hash)
        throw new IntegrityError(`${entry.stream} entry ${entry.sequence} does not match its hash`);
      return { stream: entry.stream, sequence: entry.sequence, hash: entry.hash };
    })
    .sort(compareStreams);
}
