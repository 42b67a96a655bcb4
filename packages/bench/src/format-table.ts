import type { BenchRow } from './bench-row.ts';

const headings = ['what', 'measured', 'to reach', '', 'note'] as const;

/** Plain text, columns as wide as their widest cell, numbers to the right. */
export function formatTable(rows: readonly BenchRow[]): string {
  const cells = rows.map((row) => [
    row.name,
    `${formatValue(row.value)} ${row.unit}`.trim(),
    row.target ?? '',
    row.met === undefined ? '' : row.met ? 'met' : 'NOT MET',
    row.note ?? '',
  ]);
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...cells.map((line) => (line[column] ?? '').length)),
  );
  const layOut = (line: readonly string[]) =>
    line
      .map((cell, column) =>
        column === 1 ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0),
      )
      .join('  ')
      .trimEnd();
  const judged = rows.filter((row) => row.met !== undefined);
  const met = judged.filter((row) => row.met).length;
  return [
    layOut(headings),
    widths.map((width) => '-'.repeat(width)).join('  '),
    ...cells.map(layOut),
    '',
    `${met} of ${judged.length} targets met`,
  ].join('\n');
}

function formatValue(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const digits = Math.abs(value) >= 100 ? 0 : Math.abs(value) >= 10 ? 1 : 2;
  return value.toLocaleString('en-US', { maximumFractionDigits: digits });
}
