import { z } from 'zod';
import { assuranceSchema } from './assurance.ts';

/** Who acts. `groups` are bare names (`security`), without the `group:` prefix that policies use. */
export const principalSchema = z.strictObject({
  id: z.string().min(1).max(256),
  kind: z.enum(['user', 'service']),
  groups: z.array(z.string().min(1)),
  assurance: assuranceSchema,
});
export type Principal = z.infer<typeof principalSchema>;

/** The channel that a request or vote came through; recorded, never trusted for more than its assurance. */
export const channels = ['api', 'cli', 'console', 'slack', 'teams', 'workflow', 'event', 'system'] as const;
export const channelSchema = z.enum(channels);
export type Channel = z.infer<typeof channelSchema>;
