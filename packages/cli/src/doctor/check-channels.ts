import { approvalPagePaths, slackChannelIdSchema } from '@hitl/core';
import { createFileDirectory } from '@hitl/local';
import { createNotifiersFromConfig } from '@hitl/notifications';
import { directoryPath } from './check-machine.ts';
import type { Check, DiagnoseOptions, Diagnosis } from './diagnosis.ts';

/** Slack as this machine is configured for it: nothing is called. */
export const checkSlack: Check = async (options) => {
  const { SLACK_SIGNING_SECRET: secret, SLACK_BOT_TOKEN: token, SLACK_CHANNEL_ID: channel } = options.env;
  if (!secret && !token) {
    return [
      {
        name: 'slack',
        state: 'note',
        detail: 'is not set up: nobody is asked there',
        remedy: 'the chapter "Slack app" of the README, in numbered steps',
      },
    ];
  }
  if (!secret || !token) {
    const [missing, where] = secret
      ? ['SLACK_BOT_TOKEN', 'OAuth & Permissions, Bot User OAuth Token']
      : ['SLACK_SIGNING_SECRET', 'Basic Information, App Credentials'];
    return [
      {
        name: 'slack',
        state: 'failing',
        detail: `${missing} is not set`,
        remedy: `copy it from the app's page: ${where}`,
      },
    ];
  }
  const findings: Diagnosis[] = [];
  if (!token.startsWith('xoxb-') && !token.startsWith('xoxe.xoxb-'))
    findings.push({
      name: 'slack',
      state: 'failing',
      detail: 'SLACK_BOT_TOKEN is no bot token (those begin with xoxb-)',
      remedy: "copy the Bot User OAuth Token, not a user's or an app-level one",
    });
  if (!channel)
    findings.push({
      name: 'slack',
      state: 'note',
      detail:
        'SLACK_CHANNEL_ID is not set: approvals are shown only in the thread that asked, and in channels that the policy names',
      remedy: "set it to the approvers' channel (its id, C…), and invite the bot there",
    });
  else if (!slackChannelIdSchema.safeParse(channel).success)
    findings.push({
      name: 'slack',
      state: 'failing',
      detail: `SLACK_CHANNEL_ID: ${channel} is no channel id`,
      remedy: "use the id (C…) at the foot of the channel's details, not its name",
    });
  findings.push(...checkSignIn(options.env));
  const linked = await countLinked(options);
  if (linked === 0)
    findings.push({
      name: 'slack',
      state: 'failing',
      detail: 'nobody in the directory is linked to a Slack account: nobody can ask or approve there',
      remedy: 'links: ["slack:TEAM/USER"] for each person, with the ids that Slack shows in a profile',
    });
  if (findings.some(({ state }) => state === 'failing')) return findings;
  return [{ name: 'slack', state: 'ok', detail: `${linked} people are linked (not called)` }, ...findings];
};

/** Signing in to the approval page needs two settings more. */
function checkSignIn(env: DiagnoseOptions['env']): Diagnosis[] {
  const { SLACK_CLIENT_ID: id, SLACK_CLIENT_SECRET: secret, APPROVAL_PAGE_PATH: path } = env;
  const remedy = "copy it from the app's page: Basic Information, App Credentials";
  if (id && secret) return [];
  if (id || secret) {
    const missing = id ? 'SLACK_CLIENT_SECRET' : 'SLACK_CLIENT_ID';
    return [{ name: 'slack', state: 'failing', detail: `${missing} is not set`, remedy }];
  }
  if (path !== approvalPagePaths.slack) return [];
  const detail = `links lead to ${path}, where nobody can sign in without SLACK_CLIENT_ID and SLACK_CLIENT_SECRET`;
  return [
    {
      name: 'slack',
      state: 'failing',
      detail,
      remedy: "copy both from the app's page: Basic Information, App Credentials",
    },
  ];
}

/** The channels that only tell. @throws InvalidInputError with the reason why an address can't be used, never with the address */
export const checkWebhooks: Check = async ({ env }) => {
  const { TEAMS_WEBHOOK_URL: teams, SLACK_WEBHOOK_URL: slack, PUBLIC_URL: publicUrl } = env;
  if (!teams && !slack) return [];
  const notifiers = createNotifiersFromConfig(
    {
      ...(teams ? { teams_webhook_url: teams } : {}),
      ...(slack ? { slack_webhook_url: slack } : {}),
      ...(publicUrl ? { public_url: publicUrl } : {}),
    },
    {},
  );
  const names = notifiers.map(({ name }) => name).join(', ');
  if (publicUrl) return [{ name: 'webhooks', state: 'ok', detail: `${names} (not called)` }];
  return [
    {
      name: 'webhooks',
      state: 'note',
      detail: `${names}: PUBLIC_URL is not set, so what they are told leads nowhere`,
      remedy: 'set it to where people reach this API; links in cards begin with it',
    },
  ];
};

async function countLinked(options: DiagnoseOptions): Promise<number> {
  const people = await (await createFileDirectory({ path: await directoryPath(options) })).list();
  return people.filter(({ links = [] }) => links.some((link) => link.startsWith('slack:'))).length;
}
