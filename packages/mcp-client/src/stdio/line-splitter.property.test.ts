import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createLineSplitter } from './line-splitter.ts';

function split(bytes: Buffer, cuts: readonly number[], maxLineBytes: number) {
  const lines: string[] = [];
  const oversize: { head: string; tail: string; bytes: number }[] = [];
  const splitter = createLineSplitter(maxLineBytes, {
    onLine: (line) => lines.push(line),
    onOversize: (head, tail, length) => oversize.push({ head, tail, bytes: length }),
  });
  let start = 0;
  for (const end of [...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length]) {
    splitter.push(bytes.subarray(start, end));
    start = end;
  }
  return { lines, oversize };
}

const line = fc.string({ unit: 'grapheme', maxLength: 3000 }).map((text) => text.replace(/\n/g, ' '));
const cuts = fc.array(fc.nat(), { maxLength: 20 });

describe('the line splitter', () => {
  it('gives the same lines however the bytes are cut, and skips exactly those above the limit', () => {
    fc.assert(
      fc.property(
        fc.array(line, { maxLength: 12 }),
        cuts,
        fc.integer({ min: 1, max: 4000 }),
        (list, at, limit) => {
          const bytes = Buffer.from(list.map((text) => `${text}\n`).join(''));
          const { lines, oversize } = split(bytes, at, limit);
          const tooLong = list.filter((text) => Buffer.byteLength(text) > limit);
          expect(lines).toEqual(list.filter((text) => text.trim() !== '' && !tooLong.includes(text)));
          expect(oversize.map(({ bytes: length }) => length)).toEqual(
            tooLong.map((text) => Buffer.byteLength(text)),
          );
        },
      ),
    );
  });

  it('keeps both ends of a line that it skips, and holds on to no more', () => {
    const long = `{"id":7,${' '.repeat(100_000)}"end":true}`;
    for (const at of [[], [1], [5000], [99_990, 99_995]]) {
      const { oversize } = split(Buffer.from(`${long}\n`), at, 1000);
      expect(oversize).toEqual([{ head: long.slice(0, 1024), tail: long.slice(-1024), bytes: long.length }]);
    }
  });
});
