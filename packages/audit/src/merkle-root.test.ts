import { createHash } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { merkleRoot, type PinnedHead } from './merkle-root.ts';

const head = (n: number): PinnedHead => ({ stream: `run:${n}`, sequence: n, hash: String(n).repeat(64) });
const sha256 = (hex: string) => createHash('sha256').update(Buffer.from(hex, 'hex')).digest('hex');
const leaf = ({ stream, sequence, hash }: PinnedHead) =>
  sha256(
    `00${Buffer.from(`{"hash":"${hash}","sequence":${sequence},"stream":"${stream}"}`).toString('hex')}`,
  );
const node = (left: string, right: string) => sha256(`01${left}${right}`);

describe('the Merkle root of heads', () => {
  it('is the hash of nothing for no heads and the leaf itself for one', () => {
    expect(merkleRoot([])).toBe(sha256(''));
    expect(merkleRoot([head(1)])).toBe(leaf(head(1)));
  });

  it('splits at the largest smaller power of two, as RFC 6962 does', () => {
    const [a, b, c, d, e] = [1, 2, 3, 4, 5].map((n) => leaf(head(n))) as [
      string,
      string,
      string,
      string,
      string,
    ];
    expect(merkleRoot([1, 2, 3, 4, 5].map(head))).toBe(node(node(node(a, b), node(c, d)), e));
    expect(merkleRoot([1, 2, 3].map(head))).toBe(node(node(a, b), c));
  });

  it('changes with any member of any head and with their order', () => {
    const heads = [1, 2, 3].map(head);
    const root = merkleRoot(heads);
    expect(merkleRoot(heads.toReversed())).not.toBe(root);
    expect(merkleRoot([head(1), { ...head(2), sequence: 9 }, head(3)])).not.toBe(root);
  });
});
