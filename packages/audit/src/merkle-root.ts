import { createHash } from 'node:crypto';
import { canonicalJson } from '@hitl/core';

/** A stream's newest entry as a checkpoint pins it. */
export interface PinnedHead {
  readonly stream: string;
  readonly sequence: number;
  readonly hash: string;
}

/**
 * Merkle tree hash as in RFC 6962 section 2.1, lower-case hex. A leaf is SHA-256(0x00 || RFC 8785 form of `{hash, sequence,
 * stream}` in UTF-8), a node SHA-256(0x01 || left || right), the left subtree holding the largest power of two that is smaller
 * than the number of leaves; no leaf at all is SHA-256 of nothing. The prefixes keep a node from being passed off as a leaf.
 */
export function merkleRoot(heads: readonly PinnedHead[]): string {
  if (heads.length === 0) return createHash('sha256').digest('hex');
  return subtree(heads.map(leafHash), 0, heads.length).toString('hex');
}

function leafHash({ stream, sequence, hash }: PinnedHead): Buffer {
  return sha256(0x00, Buffer.from(canonicalJson({ stream, sequence, hash }), 'utf8'));
}

function subtree(leaves: readonly Buffer[], from: number, to: number): Buffer {
  const only = leaves[from];
  if (to - from === 1 && only !== undefined) return only;
  let split = 1;
  while (split * 2 < to - from) split *= 2;
  return sha256(0x01, subtree(leaves, from, from + split), subtree(leaves, from + split, to));
}

function sha256(prefix: number, ...parts: readonly Buffer[]): Buffer {
  const hash = createHash('sha256').update(Uint8Array.of(prefix));
  for (const part of parts) hash.update(part);
  return hash.digest();
}
