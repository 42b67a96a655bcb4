import { z } from 'zod';
import type { GoogleUser } from '../directory/google-user.ts';

export const userSummarySchema = z.strictObject({
  id: z.string(),
  primary_email: z.string(),
  first_name: z.string(),
  last_name: z.string(),
  org_unit_path: z.string(),
  suspended: z.boolean(),
  is_admin: z.boolean(),
});
export type UserSummary = z.infer<typeof userSummarySchema>;

export function summariseUser(user: GoogleUser): UserSummary {
  return {
    id: user.id,
    primary_email: user.primaryEmail,
    first_name: user.name?.givenName ?? '',
    last_name: user.name?.familyName ?? '',
    org_unit_path: user.orgUnitPath ?? '/',
    suspended: user.suspended ?? false,
    is_admin: (user.isAdmin ?? false) || (user.isDelegatedAdmin ?? false),
  };
}
