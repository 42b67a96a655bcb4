import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { renderTable } from './table.ts';
import { textWidth } from './text-width.ts';
import { wrapLine } from './wrap-line.ts';

const columns = [{ header: 'id', isWhole: true }, { header: 'who' }, { header: 'query' }];
const plain = { width: undefined, styleHeader: (text: string) => text };

describe('a table', () => {
  it('lines its columns up, wide characters counted as two', () => {
    const text = renderTable(
      columns,
      [
        ['1', '東京', 'a'],
        ['22', 'bob', 'b'],
      ],
      plain,
    );
    expect(text).toBe('id  who   query\n1   東京  a\n22  bob   b');
  });

  it('fits the terminal: long cells end with an ellipsis, ids stay whole', () => {
    const id = `apr_${'0'.repeat(26)}`;
    const text = renderTable(columns, [[id, 'alice', 'x'.repeat(200)]], { ...plain, width: 60 });
    const [, row = ''] = text.split('\n');
    expect(row).toContain(id);
    expect(row.endsWith('…')).toBe(true);
    expect(textWidth(row)).toBeLessThanOrEqual(60);
  });

  it('shortens nothing in a pipe', () => {
    expect(renderTable(columns, [['1', 'x', 'y'.repeat(500)]], plain)).toContain('y'.repeat(500));
  });

  it('keeps one line for each row, whatever the cells hold', () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.string({ unit: 'binary' }), { minLength: 3, maxLength: 3 })),
        (rows) => {
          expect(renderTable(columns, rows, { ...plain, width: 40 }).split('\n')).toHaveLength(
            rows.length + 1,
          );
        },
      ),
    );
  });
});

describe('wrapping a line', () => {
  it('loses and adds nothing, and no piece is wider than asked', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 2, max: 40 }), (line, width) => {
        const flat = line.replaceAll('\n', '');
        const pieces = wrapLine(flat, width);
        expect(pieces.join('')).toBe(flat);
        for (const piece of pieces) expect(textWidth(piece)).toBeLessThanOrEqual(width);
      }),
    );
  });
});
