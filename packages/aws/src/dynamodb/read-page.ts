import { checkPageLimit, decodeCursor, encodeCursor, type Page } from '@hitl/core';
import type { z } from 'zod';
import { type IndexRead, readIndex } from './read-index.ts';
import { summaryOf } from './summary-items.ts';

export interface PageRead<T> extends Omit<IndexRead, 'limit' | 'bound'> {
  /** The list with its filters; a cursor of one scope is refused in another. */
  readonly scope: Record<string, string | undefined>;
  readonly sortAttribute: string;
  readonly schema: z.ZodType<T>;
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** One page of summaries in an index's order. */
export async function readPage<T>(read: PageRead<T>): Promise<Page<T>> {
  const { scope, sortAttribute, schema, cursor, ...index } = read;
  checkPageLimit(read.limit);
  const { items, hasMore } = await readIndex({
    ...index,
    ...(cursor === undefined
      ? {}
      : {
          bound: {
            is: read.direction === 'forward' ? ('above' as const) : ('below' as const),
            value: decodeCursor(scope, cursor),
          },
        }),
  });
  const last = items.at(-1);
  return {
    items: items.map((item) => summaryOf(item, schema)),
    ...(hasMore && last !== undefined
      ? { next_cursor: encodeCursor(scope, String(last[sortAttribute])) }
      : {}),
  };
}
