/** How often a method may be called in one workspace within any 60 seconds. */
export interface RateTier {
  readonly perMinute: number;
  /** Where one channel is bounded as well. */
  readonly perChannelPerMinute?: number;
}

const tier2: RateTier = { perMinute: 20 };
const tier3: RateTier = { perMinute: 50 };
const tier4: RateTier = { perMinute: 100 };

/**
 * The published lower bounds ("20+" counts as 20): whoever keeps these keeps Slack's. `chat.postMessage` is "about one a second per
 * channel, several hundred a minute per workspace".
 */
export const slackRateTiers: Readonly<Record<string, RateTier>> = {
  'chat.postMessage': { perMinute: 300, perChannelPerMinute: 60 },
  'chat.update': tier3,
  'chat.delete': tier3,
  'chat.startStream': tier2,
  'chat.appendStream': tier4,
  'chat.stopStream': tier2,
  'chat.postEphemeral': tier4,
  'assistant.threads.setStatus': { perMinute: 60 },
  'agents.sessions.setStatus': tier3,
  'agents.sessions.rename': tier3,
  'conversations.replies': tier3,
  'conversations.history': tier3,
  'conversations.list': tier2,
  'users.info': tier4,
  'views.open': tier4,
  'views.update': tier4,
  'views.push': tier4,
  'views.publish': tier4,
  'oauth.v2.access': tier4,
  'openid.connect.token': tier4,
  'openid.connect.userInfo': tier4,
  'auth.test': { perMinute: 300 },
  'chat.getPermalink': { perMinute: 300 },
};

/** For methods that the table does not name. */
export const otherMethodsTier: RateTier = tier3;
