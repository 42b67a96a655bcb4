export interface PriceLine {
  readonly what: string;
  readonly count: number;
  readonly dollars: number;
}

/** In whole cents. */
export function sumOf(lines: readonly PriceLine[]): number {
  return Math.round(lines.reduce((sum, line) => sum + line.dollars, 0) * 100) / 100;
}

/** Lines of what there is any of, at so many dollars each. */
export function priceLines(
  items: readonly (readonly [what: string, count: number, each: number])[],
): PriceLine[] {
  return items
    .filter(([, count]) => count > 0)
    .map(([what, count, each]) => ({ what, count, dollars: count * each }));
}
