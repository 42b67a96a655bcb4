import { z } from 'zod';

/** Who acts. Needed with a credential that belongs to nobody; with a person's own it must be that person, or left out. */
export const userIdSchema = z
  .string()
  .min(1)
  .max(256)
  .regex(/^\P{Cc}*$/u, 'must not hold control characters');
