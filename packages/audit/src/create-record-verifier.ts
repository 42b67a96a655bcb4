import { type AuditEntry, checkpointsStream } from '@hitl/core';
import type { AuditProblem, VerifyReport } from './audit-problem.ts';
import { beginningOfTime, compareStreams, parseCheckpoint, readHeads } from './checkpoint.ts';
import { createChainVerifier } from './create-chain-verifier.ts';
import { merkleRoot, type PinnedHead } from './merkle-root.ts';

export interface RecordVerifier {
  /** The checkpoints, in order, before any other entry. `blobText` is the blob that the entry refers to, if it does. */
  checkpoint(entry: unknown, blobText: string | undefined): AuditProblem | undefined;
  /** Every entry of every other stream, each stream's in sequence. */
  entry(entry: unknown): AuditProblem | undefined;
  /** After the last entry: what the checkpoints pin and nobody has seen. */
  finish(): AuditProblem | undefined;
  report(blobs: number, problem: AuditProblem | undefined): VerifyReport;
}

/**
 * Verifies a whole record in one pass: chains, checkpoints, and the pins that the latter put on the former. Memory grows with
 * streams and pins, not with entries.
 */
export function createRecordVerifier(options: {
  readonly expectedHead?: string | undefined;
}): RecordVerifier {
  const { expectedHead } = options;
  const chains = createChainVerifier();
  const pins = new Map<string, PinnedHead[]>();
  /** How many pins of a stream have been met. */
  const met = new Map<string, number>();
  let checkpoints = 0;
  let head: string | null = null;
  let coveredTo = beginningOfTime;
  let lateEntries = 0;
  let isExpectedHeadSeen = false;
  let areCheckpointsDone = false;

  const endCheckpoints = (): AuditProblem | undefined => {
    areCheckpointsDone = true;
    if (expectedHead === undefined || isExpectedHeadSeen) return undefined;
    const detail = `no checkpoint has the hash ${expectedHead}`;
    return { what: 'head_not_found', stream: checkpointsStream, detail };
  };

  const pin = (heads: readonly PinnedHead[]): string | undefined => {
    for (const [position, pinned] of heads.entries()) {
      const before = heads[position - 1];
      if (before !== undefined && compareStreams(before, pinned) >= 0)
        return 'its heads are not sorted by stream';
      const earlier = pins.get(pinned.stream) ?? [];
      if (pinned.sequence <= (earlier.at(-1)?.sequence ?? 0))
        return `it pins ${pinned.stream} at entry ${pinned.sequence}, not after the pin before`;
      earlier.push(pinned);
      pins.set(pinned.stream, earlier);
    }
    return undefined;
  };

  return {
    checkpoint(value, blobText) {
      const problem = chains.check(value);
      if (problem !== undefined) return problem;
      const entry = value as AuditEntry;
      const broken = (detail: string): AuditProblem => ({
        what: 'checkpoint_broken',
        stream: entry.stream,
        sequence: entry.sequence,
        detail,
      });
      if (entry.stream !== checkpointsStream) return broken('it is not in the stream of checkpoints');
      const checkpoint = parseCheckpoint(entry);
      if (checkpoint === undefined) return broken('it is no checkpoint');
      if (checkpoint.from !== coveredTo) return broken(`it does not go on at ${coveredTo}`);
      if (Date.parse(checkpoint.to) <= Date.parse(checkpoint.from)) return broken('it ends before it begins');
      const heads = readHeads(entry, blobText);
      if (heads === undefined) return broken('its list of heads is malformed');
      if (heads.length !== checkpoint.stream_count)
        return broken(`it counts ${checkpoint.stream_count} streams and lists ${heads.length}`);
      if (merkleRoot(heads) !== checkpoint.merkle_root)
        return broken('its Merkle root is not that of its heads');
      const unordered = pin(heads);
      if (unordered !== undefined) return broken(unordered);
      coveredTo = checkpoint.to;
      head = entry.hash;
      checkpoints += 1;
      isExpectedHeadSeen ||= entry.hash === expectedHead;
      return undefined;
    },
    entry(value) {
      const missing = areCheckpointsDone ? undefined : endCheckpoints();
      const problem = missing ?? chains.check(value);
      if (problem !== undefined) return problem;
      const { stream, sequence, hash, at } = value as AuditEntry;
      if (stream === checkpointsStream)
        return {
          what: 'out_of_order',
          stream,
          sequence,
          detail: 'checkpoints stand before all other entries',
        };
      const pinned = pins.get(stream);
      const next = pinned?.[met.get(stream) ?? 0];
      if (next?.sequence === sequence) {
        if (next.hash !== hash)
          return { what: 'pin_mismatch', stream, sequence, detail: 'a checkpoint pins another entry here' };
        met.set(stream, (met.get(stream) ?? 0) + 1);
      }
      const covered = pinned?.at(-1)?.sequence ?? 0;
      if (sequence > covered && Date.parse(at) < Date.parse(coveredTo)) lateEntries += 1;
      return undefined;
    },
    finish() {
      const missing = areCheckpointsDone ? undefined : endCheckpoints();
      if (missing !== undefined) return missing;
      for (const stream of [...pins.keys()].sort()) {
        const next = pins.get(stream)?.[met.get(stream) ?? 0];
        if (next === undefined) continue;
        const { sequence } = next;
        const detail = `a checkpoint pins its entry ${sequence}`;
        return { what: chains.has(stream) ? 'stream_truncated' : 'stream_missing', stream, sequence, detail };
      }
      return undefined;
    },
    report(blobs, problem) {
      return {
        ok: problem === undefined,
        entries: chains.entries,
        streams: chains.streams,
        checkpoints,
        blobs,
        head,
        late_entries: lateEntries,
        ...(problem === undefined ? {} : { problem }),
      };
    },
  };
}
