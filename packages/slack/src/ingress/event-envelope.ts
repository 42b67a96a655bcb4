import { z } from 'zod';
import { slackIdSchema, slackTimestampSchema } from '../jobs.ts';

/** Slack sends `null` or an empty text where something does not apply. */
const optionalId = slackIdSchema.nullish().catch(undefined);

const authorizationSchema = z.object({
  team_id: optionalId,
  enterprise_id: optionalId,
  user_id: optionalId,
  is_bot: z.boolean().nullish(),
  is_enterprise_install: z.boolean().nullish(),
});

const eventCallbackSchema = z.object({
  type: z.literal('event_callback'),
  event_id: z.string().min(1).max(100),
  event_time: z.int().min(0),
  team_id: optionalId,
  enterprise_id: optionalId,
  context_team_id: optionalId,
  context_enterprise_id: optionalId,
  authorizations: z.array(authorizationSchema).nullish(),
  event: z.looseObject({ type: z.string() }),
});
export type EventCallback = z.infer<typeof eventCallbackSchema>;

/** What Slack sends to `/events`. Members that we do not read may be anything: Slack adds some every month. */
export const eventEnvelopeSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('url_verification'), challenge: z.string().max(2000) }),
  z.object({ type: z.literal('app_rate_limited'), team_id: optionalId, minute_rate_limited: z.unknown() }),
  eventCallbackSchema,
]);

/** `message` and `app_mention`, as far as they are read. */
export const messageEventSchema = z.object({
  type: z.enum(['message', 'app_mention']),
  subtype: z.string().nullish(),
  hidden: z.boolean().nullish(),
  user: optionalId,
  bot_id: z.string().nullish(),
  bot_profile: z.unknown().optional(),
  edited: z.unknown().optional(),
  text: z.string().nullish(),
  ts: slackTimestampSchema,
  thread_ts: slackTimestampSchema.nullish(),
  channel: slackIdSchema,
  channel_type: z.string().nullish(),
  team: optionalId,
  user_team: optionalId,
  source_team: optionalId,
});
export type MessageEvent = z.infer<typeof messageEventSchema>;

/** A person pressed the Stop that Slack shows while an agent is at work. */
export const sessionStoppedEventSchema = z.object({
  channel: slackIdSchema,
  thread_ts: slackTimestampSchema,
  user: slackIdSchema,
  user_team: optionalId,
  streaming_message_ts: z.array(slackTimestampSchema).nullish(),
});

export const tokensRevokedEventSchema = z.object({
  tokens: z.object({ bot: z.array(z.string()).nullish() }).nullish(),
});

export const teamAccessRevokedEventSchema = z.object({ team_ids: z.array(slackIdSchema).max(100) });
