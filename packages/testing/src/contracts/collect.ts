import type { Page } from '@hitl/core';

/** All items of an async iterable. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

/** Follows the cursors from the first page to the last; `onPage` runs between two pages. */
export async function collectPages<T>(
  readPage: (cursor: string | undefined) => Promise<Page<T>>,
  onPage?: (page: Page<T>, index: number) => Promise<void>,
): Promise<T[]> {
  const all: T[] = [];
  let cursor: string | undefined;
  for (let index = 0; ; index += 1) {
    const page = await readPage(cursor);
    all.push(...page.items);
    await onPage?.(page, index);
    if (page.next_cursor === undefined) return all;
    cursor = page.next_cursor;
  }
}
