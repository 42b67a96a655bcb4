import { visibleLine } from '@hitl/core';
import { textWidth, truncate } from './text-width.ts';

export interface Column {
  readonly header: string;
  /** Ids and the like, which are useless in part: never shortened. */
  readonly isWhole?: boolean;
}

const gap = '  ';
const narrowest = 8;

/**
 * Left-aligned columns. Where `width` is known, the widest of those that may be shortened give way until the row fits, visibly; what
 * must stay whole stays whole.
 */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  options: { readonly width: number | undefined; readonly styleHeader: (text: string) => string },
): string {
  const clean = rows.map((row) => columns.map((_column, at) => visibleLine(row[at] ?? '')));
  const widths = columns.map(({ header }, at) =>
    Math.max(textWidth(header), ...clean.map((row) => textWidth(row[at] ?? ''))),
  );
  if (options.width !== undefined) shrink(columns, widths, options.width);
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, at) => pad(truncate(cell, widths[at] ?? 0), widths[at] ?? 0))
      .join(gap)
      .trimEnd();
  return [options.styleHeader(line(columns.map(({ header }) => header))), ...clean.map(line)].join('\n');
}

function shrink(columns: readonly Column[], widths: number[], width: number): void {
  const total = (): number => widths.reduce((sum, each) => sum + each, 0) + gap.length * (widths.length - 1);
  while (total() > width) {
    let widest: number | undefined;
    for (const [at, column] of columns.entries()) {
      const columnWidth = widths[at] ?? 0;
      if (column.isWhole === true || columnWidth <= Math.max(narrowest, textWidth(column.header))) continue;
      if (widest === undefined || columnWidth > (widths[widest] ?? 0)) widest = at;
    }
    if (widest === undefined) return;
    widths[widest] = (widths[widest] ?? 0) - 1;
  }
}

function pad(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - textWidth(text)));
}
