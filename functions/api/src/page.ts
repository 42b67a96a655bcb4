import { z } from 'zod';

export const pageQuery = z.strictObject({
  limit: z.coerce.number('must be a whole number').int().min(1).max(100).default(20),
  cursor: z.string().min(1).max(2000).optional(),
});
