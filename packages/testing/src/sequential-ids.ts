import type { IdGenerator } from '@hitl/core';

/** `run_000001`, `run_000002`, … counted per prefix: ids that a test can name beforehand. */
export function createSequentialIds(): IdGenerator {
  const counts = new Map<string, number>();
  return {
    next(prefix) {
      const count = (counts.get(prefix) ?? 0) + 1;
      counts.set(prefix, count);
      return `${prefix}_${String(count).padStart(6, '0')}`;
    },
  };
}
