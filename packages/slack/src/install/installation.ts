import { z } from 'zod';
import { slackIdSchema } from '../jobs.ts';

/** What is kept of an installed app: the token, whose it is, and how to renew it. A secret as a whole. */
export const installationSchema = z.object({
  team_id: slackIdSchema.optional(),
  /** Set for an org-wide installation only. */
  enterprise_id: slackIdSchema.optional(),
  bot_token: z.string().min(1),
  bot_user_id: slackIdSchema.optional(),
  app_id: slackIdSchema.optional(),
  scopes: z.array(z.string()),
  installed_at: z.iso.datetime(),
  /** Both are there where the app's tokens rotate. A refresh token works once. */
  refresh_token: z.string().min(1).optional(),
  expires_at: z.iso.datetime().optional(),
});
export type Installation = z.infer<typeof installationSchema>;

/** Which installation of the app something came through. `enterprise_id` is set for an org-wide one only. */
export interface InstallationRef {
  readonly team_id?: string | undefined;
  readonly enterprise_id?: string | undefined;
}

/** The id that an installation is kept under. */
export function installationIdOf(ref: InstallationRef): string | undefined {
  return ref.enterprise_id ?? ref.team_id;
}
