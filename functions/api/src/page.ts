import { z } from 'zod';

export const pageQuery = z.strictObject({
  limit: z.coerce.number('must be a whole number').int().min(1).max(100).default(20),
  cursor: z.string().min(1).max(2000).optional(),
});

/** A page: follow `next_cursor` until it is null. */
export function pageOf<T extends z.ZodType>(item: T) {
  return z.object({ items: z.array(item), next_cursor: z.string().nullable() });
}
