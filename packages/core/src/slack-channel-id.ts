import { z } from 'zod';

/** Channels are named by id: a name can be given to another channel. */
export const slackChannelIdSchema = z
  .string()
  .regex(/^[CG][A-Z0-9]{2,}$/, 'must be the id of a channel such as C0123456789, not its name');
