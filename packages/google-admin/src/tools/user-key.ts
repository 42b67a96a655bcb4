import { z } from 'zod';

/** How a call names a user. `me` and anything that could change the request's path are not names. */
export const userKeySchema = z
  .string()
  .max(320)
  .regex(/^(?:[^\s/@?#%]+@[^\s/@?#%]+|\d{1,30})$/, 'must be an e-mail address or a numeric user id')
  .describe("The user's primary e-mail address, alias, or numeric id.");
