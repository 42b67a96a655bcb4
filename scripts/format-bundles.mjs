const headings = ['function', 'KB', 'KB gzip', 'budget', ''];

/** One table of what was bundled, and plainly what is too large. */
export function formatBundles(bundles) {
  const rows = bundles.map(({ name, bytes, gzipBytes, budget, hasHandler }) => [
    name,
    kilobytes(bytes),
    kilobytes(gzipBytes),
    kilobytes(budget),
    bytes > budget ? 'OVER BUDGET' : hasHandler ? '' : 'exports no handler yet',
  ]);
  const widths = headings.map((heading, column) =>
    Math.max(heading.length, ...rows.map((row) => row[column].length)),
  );
  const layOut = (row) =>
    row
      .map((cell, column) =>
        column === 0 || column === 4 ? cell.padEnd(widths[column]) : cell.padStart(widths[column]),
      )
      .join('  ')
      .trimEnd();
  return `${[headings, ...rows].map(layOut).join('\n')}\n`;
}

function kilobytes(bytes) {
  return Math.ceil(bytes / 1024).toLocaleString('en-US');
}
