import { jsonObjectSchema } from '@hitl/core';
import { z } from 'zod';

/** The parts of Google's user resource that the tools read. Right after a creation even the name may be missing. */
export const googleUserSchema = z.looseObject({
  id: z.string().min(1),
  primaryEmail: z.string().min(1),
  name: z.looseObject({ givenName: z.string().optional(), familyName: z.string().optional() }).optional(),
  orgUnitPath: z.string().optional(),
  suspended: z.boolean().optional(),
  suspensionReason: z.string().optional(),
  isAdmin: z.boolean().optional(),
  isDelegatedAdmin: z.boolean().optional(),
  isEnrolledIn2Sv: z.boolean().optional(),
  aliases: z.array(z.string()).optional(),
  creationTime: z.string().optional(),
  lastLoginTime: z.string().optional(),
  customSchemas: z.record(z.string(), jsonObjectSchema).optional(),
});
export type GoogleUser = z.infer<typeof googleUserSchema>;
