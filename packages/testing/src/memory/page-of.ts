import { checkPageLimit, decodeCursor, encodeCursor, type Page } from '@hitl/core';

export interface PageQuery {
  readonly limit: number;
  readonly cursor?: string;
}

/** One page of `items` in the order of `keyOf` (unique text keys), from the cursor on. */
export function pageOf<T>(
  scope: Record<string, string | undefined>,
  items: Iterable<T>,
  keyOf: (item: T) => string,
  direction: 'oldest_first' | 'newest_first',
  query: PageQuery,
): Page<T> {
  const limit = checkPageLimit(query.limit);
  const position = query.cursor === undefined ? undefined : decodeCursor(scope, query.cursor);
  const sign = direction === 'oldest_first' ? 1 : -1;
  const keyed = [...items]
    .map((item) => ({ key: keyOf(item), item }))
    .filter(({ key }) => position === undefined || compareText(key, position) * sign > 0)
    .sort((a, b) => compareText(a.key, b.key) * sign);
  const shown = keyed.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(({ item }) => structuredClone(item)),
    ...(last !== undefined && keyed.length > limit ? { next_cursor: encodeCursor(scope, last.key) } : {}),
  };
}

/** Sorts by time first; the id makes the key unique. */
export function timeKey(iso: string, id: string): string {
  return `${String(Date.parse(iso)).padStart(15, '0')}#${id}`;
}

function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
