import type { RateRule } from '@hitl/coordination';

const tier2: RateRule = { limit: 20 };
const tier3: RateRule = { limit: 50 };
const tier4: RateRule = { limit: 100 };

/**
 * Calls per minute, workspace and app. Slack publishes the tiers as lower bounds ("20+"); keeping the bound keeps the tier.
 * https://docs.slack.dev/apis/web-api/rate-limits
 */
const methodRates: Readonly<Record<string, RateRule>> = {
  'chat.postMessage': { limit: 300 },
  'chat.update': tier3,
  'chat.delete': tier3,
  'chat.startStream': tier2,
  'chat.appendStream': tier4,
  'chat.stopStream': tier2,
  'chat.postEphemeral': tier4,
  'chat.getPermalink': { limit: 300 },
  'assistant.threads.setStatus': { limit: 60 },
  'agents.sessions.setStatus': tier3,
  'conversations.replies': tier3,
  'conversations.history': tier3,
  'conversations.open': tier3,
  'views.open': tier4,
  'views.update': tier4,
  'users.info': tier4,
  'auth.test': { limit: 300 },
};

/** A message per second and channel, on top of the workspace's own bound. */
const channelRates: Readonly<Record<string, RateRule>> = { 'chat.postMessage': { limit: 60 } };

export interface RateKey {
  readonly key: string;
  readonly rule: RateRule;
}

/** Everything that one call has to be granted under. A method that is not listed counts as tier 3. */
export function rateKeysOf(workspaceId: string, method: string, channel: string | undefined): RateKey[] {
  const key = `slack:${workspaceId}:${method}`;
  const channelRule = channelRates[method];
  return [
    ...(channelRule === undefined || channel === undefined
      ? []
      : [{ key: `${key}:${channel}`, rule: channelRule }]),
    { key, rule: methodRates[method] ?? tier3 },
  ];
}
