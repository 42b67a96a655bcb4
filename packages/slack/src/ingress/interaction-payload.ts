import { z } from 'zod';
import { slackIdSchema, slackTimestampSchema } from '../jobs.ts';

const optionalId = slackIdSchema.nullish().catch(undefined);
const optionalTimestamp = slackTimestampSchema.nullish().catch(undefined);

const fromPerson = {
  team: z.object({ id: optionalId }).nullish(),
  enterprise: z.object({ id: optionalId }).nullish(),
  is_enterprise_install: z.union([z.boolean(), z.string()]).nullish(),
  user: z.object({ id: slackIdSchema, team_id: optionalId }),
  trigger_id: z.string().max(200).nullish(),
};

const viewSchema = z.object({
  id: slackIdSchema,
  callback_id: z.string().nullish(),
  private_metadata: z.string().nullish(),
  state: z
    .object({
      values: z.record(z.string(), z.record(z.string(), z.looseObject({ value: z.string().nullish() }))),
    })
    .nullish(),
});

const blockActionsSchema = z.object({
  type: z.literal('block_actions'),
  ...fromPerson,
  container: z
    .object({
      channel_id: optionalId,
      message_ts: optionalTimestamp,
      thread_ts: optionalTimestamp,
    })
    .nullish(),
  channel: z.object({ id: optionalId }).nullish(),
  message: z.object({ ts: optionalTimestamp, thread_ts: optionalTimestamp }).nullish(),
  response_url: z.string().nullish(),
  actions: z
    .array(
      z.object({
        action_id: z.string(),
        value: z.string().nullish(),
        action_ts: z.string().max(40).nullish(),
      }),
    )
    .min(1),
});
export type BlockActions = z.infer<typeof blockActionsSchema>;

const viewSubmissionSchema = z.object({
  type: z.literal('view_submission'),
  ...fromPerson,
  view: viewSchema,
});
export type ViewSubmission = z.infer<typeof viewSubmissionSchema>;

/** What Slack sends to the interactions' URL for what we draw. */
export const interactionPayloadSchema = z.discriminatedUnion('type', [
  blockActionsSchema,
  viewSubmissionSchema,
  z.object({ type: z.literal('view_closed') }),
]);
