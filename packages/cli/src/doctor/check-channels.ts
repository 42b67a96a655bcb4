import { approvalPagePaths } from '@hitl/core';
import { createFileDirectory } from '@hitl/local';
import { createNotifiersFromConfig } from '@hitl/notifications';
import { missingBotScopes } from '@hitl/slack';
import { askAboutToken, copiedTokenFault, scopesFault } from './bot-token.ts';
import { directoryPath } from './check-machine.ts';
import type { Check, DiagnoseOptions, Diagnosis } from './diagnosis.ts';
import { otherAgentNote } from './other-agent.ts';
import { channelFault } from './slack-channel.ts';

/** Slack as this machine is configured for it; it is called only to ask about the token, and only where that was asked for. */
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
  const tokenFault = copiedTokenFault(
    token,
    'SLACK_BOT_TOKEN',
    'make the app anew from "npm run slack-manifest -- URL --without-token-rotation", since Slack does not take rotation back',
  );
  if (tokenFault !== undefined) findings.push({ name: 'slack', state: 'failing', ...tokenFault });
  if (!channel)
    findings.push({
      name: 'slack',
      state: 'note',
      detail:
        'SLACK_CHANNEL_ID is not set: approvals are shown only in the thread that asked, and in channels that the policy names',
      remedy: "set it to the approvers' channel (its id, C…), and invite the bot there",
    });
  else {
    const fault = channelFault(channel);
    if (fault !== undefined) findings.push({ name: 'slack', state: 'failing', ...fault });
  }
  findings.push(...checkSignIn(options.env));
  const linked = await countLinked(options);
  if (linked === 0)
    findings.push({
      name: 'slack',
      state: 'failing',
      detail: 'nobody in the directory is linked to a Slack account: nobody can ask or approve there',
      remedy: 'links: ["slack:TEAM/USER"] for each person, with the ids that Slack shows in a profile',
    });
  const called = tokenFault === undefined ? await askSlack(options, token) : { fault: undefined, said: '' };
  if (called.fault !== undefined) findings.push({ name: 'slack', state: 'failing', ...called.fault });
  if (findings.some(({ state }) => state === 'failing')) return findings;
  return [
    { name: 'slack', state: 'ok', detail: `${linked} people are linked (${called.said})` },
    ...findings,
  ];
};

async function askSlack({ askSlack: ask }: DiagnoseOptions, token: string) {
  if (ask === undefined) return { fault: undefined, said: 'not called' };
  const answer = await askAboutToken(ask, token);
  if ('fault' in answer) return { fault: answer.fault, said: '' };
  const { team_id, enterprise_id, scopes } = answer.owner;
  return {
    fault: scopes === undefined ? undefined : scopesFault(missingBotScopes(scopes)),
    said: `Slack takes the token, of ${enterprise_id ?? team_id}`,
  };
}

/** Who answers in Slack, where that is not the agent here. */
export const checkOtherAgent: Check = async ({ env }) => {
  const { AGENTCORE_GATEWAY_URL: url, MCP_AUTH_TOKEN_AGENTCORE: token } = env;
  if (!url) return [];
  const name = 'other agent';
  if (!env.SLACK_SIGNING_SECRET)
    return [
      {
        name,
        state: 'note',
        detail: 'AGENTCORE_GATEWAY_URL is set: that agent is asked from Slack only, which is not set up',
      },
    ];
  const how = token ? 'asked with MCP_AUTH_TOKEN_AGENTCORE' : 'asked with SigV4, by the AWS credentials here';
  return [otherAgentNote(url, how)];
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
