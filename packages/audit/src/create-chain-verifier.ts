import { type AuditEntry, auditEntryHash, genesisHash } from '@hitl/core';
import type { AuditProblem } from './audit-problem.ts';

interface StreamTail {
  sequence: number;
  hash: string;
  atMs: number;
}

export interface ChainVerifier {
  /** Checks one entry against those of its stream before it. After a problem the verifier must not be fed any more. */
  check(entry: unknown): AuditProblem | undefined;
  /** True when a sound entry of that stream has come by. */
  has(stream: string): boolean;
  readonly entries: number;
  readonly streams: number;
}

/**
 * Checks chains entry by entry. Each stream's entries come in sequence; streams may be mixed. It keeps one small record per
 * stream and none per entry.
 */
export function createChainVerifier(): ChainVerifier {
  const tails = new Map<string, StreamTail>();
  let entries = 0;
  return {
    check(value) {
      const shape = shapeProblem(value);
      if (shape !== undefined) return shape;
      const entry = value as AuditEntry;
      const tail = tails.get(entry.stream);
      const atMs = Date.parse(entry.at);
      const problem = linkProblem(entry, atMs, tail);
      if (problem !== undefined) return problem;
      entries += 1;
      if (tail === undefined) {
        tails.set(entry.stream, { sequence: entry.sequence, hash: entry.hash, atMs });
      } else {
        tail.sequence = entry.sequence;
        tail.hash = entry.hash;
        tail.atMs = atMs;
      }
      return undefined;
    },
    has: (stream) => tails.has(stream),
    get entries() {
      return entries;
    },
    get streams() {
      return tails.size;
    },
  };
}

function linkProblem(
  entry: AuditEntry,
  atMs: number,
  tail: StreamTail | undefined,
): AuditProblem | undefined {
  const { stream, sequence } = entry;
  const last = tail?.sequence ?? 0;
  const problem = (what: AuditProblem['what'], detail: string): AuditProblem => ({
    what,
    stream,
    sequence,
    detail,
  });
  if (!hashesTrue(entry)) return problem('hash_mismatch', 'its content is not what was sealed');
  if (last > 0 && sequence === last) return problem('duplicate', `entry ${sequence} stands there twice`);
  if (sequence < last) return problem('out_of_order', `it stands after entry ${last}`);
  if (sequence !== last + 1) return problem('gap', `entry ${last + 1} is missing before it`);
  if (entry.previous_hash !== (tail?.hash ?? genesisHash))
    return problem('wrong_previous_hash', `it does not follow the entry that stands before it`);
  if (tail !== undefined && atMs < tail.atMs)
    return problem('time_backwards', `${entry.at} is before ${new Date(tail.atMs).toISOString()}`);
  return undefined;
}

function hashesTrue(entry: AuditEntry): boolean {
  try {
    return auditEntryHash(entry) === entry.hash;
  } catch {
    // No canonical form, hence no hash that it could have been sealed with.
    return false;
  }
}

const hash64 = /^[0-9a-f]{64}$/;
const isoTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;
const memberCount = 8;

/** Written by hand: the zod schema of an entry takes longer than hashing it, and a record has many. */
function shapeProblem(value: unknown): AuditProblem | undefined {
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    return { what: 'schema', detail: 'an entry must be an object' };
  const entry = value as Record<string, unknown>;
  const wrong = wrongMember(entry);
  if (wrong === undefined) return undefined;
  return {
    what: 'schema',
    detail: wrong,
    ...(typeof entry.stream === 'string' ? { stream: entry.stream } : {}),
    ...(typeof entry.sequence === 'number' ? { sequence: entry.sequence } : {}),
  };
}

function wrongMember(entry: Record<string, unknown>): string | undefined {
  for (const name of ['stream', 'actor', 'type'])
    if (typeof entry[name] !== 'string' || entry[name] === '') return `${name} must be a text`;
  if (!Number.isSafeInteger(entry.sequence) || Number(entry.sequence) < 1)
    return 'sequence must be a whole number from 1';
  const { at, data } = entry;
  if (typeof at !== 'string' || !isoTime.test(at) || Number.isNaN(Date.parse(at)))
    return 'at must be an ISO time in UTC';
  if (data === null || typeof data !== 'object' || Array.isArray(data)) return 'data must be an object';
  for (const name of ['previous_hash', 'hash']) {
    const hash = entry[name];
    if (typeof hash !== 'string' || !hash64.test(hash)) return `${name} must be 64 hex digits`;
  }
  return Object.keys(entry).length === memberCount ? undefined : 'it has members that an entry has not';
}
