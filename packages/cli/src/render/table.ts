import { visibleLine } from './visible-text.ts';

/** Left-aligned columns, two spaces apart; the last column is not padded. Widths count code points, good enough for names and ids. */
export function renderTable(
  headers: readonly string[],
  rows: readonly (readonly string[])[],
  styleHeader: (text: string) => string,
): string {
  const clean = rows.map((row) => row.map(visibleLine));
  const widths = headers.map((header, column) =>
    Math.max(header.length, ...clean.map((row) => [...(row[column] ?? '')].length)),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) =>
        column === headers.length - 1
          ? cell
          : cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - [...cell].length)),
      )
      .join('  ')
      .trimEnd();
  return [styleHeader(line(headers)), ...clean.map(line)].join('\n');
}
