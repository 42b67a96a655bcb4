import { slackChannelIdSchema } from '@hitl/core';

/** What is wrong with `SLACK_CHANNEL_ID`. */
export function channelFault(
  channel: string,
): { readonly detail: string; readonly remedy: string } | undefined {
  if (slackChannelIdSchema.safeParse(channel).success) return undefined;
  return {
    detail: `SLACK_CHANNEL_ID: ${channel} is no channel id`,
    remedy: "use the id (C…) at the foot of the channel's details, not its name",
  };
}
