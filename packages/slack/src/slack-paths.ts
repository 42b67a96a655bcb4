/** Where Slack and the people who install the app reach us: the routes, the manifest and the documentation in one. */
export const slackPaths = {
  events: '/events',
  interactions: '/slack/interactions',
  commands: '/slack/commands',
  install: '/slack/install',
  oauthCallback: '/oauth/callback',
} as const;
