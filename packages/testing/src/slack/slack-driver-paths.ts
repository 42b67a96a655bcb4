/** Where the app takes what Slack sends. */
export const slackDriverPaths = {
  events: '/events',
  interactions: '/slack/interactions',
  commands: '/slack/commands',
} as const;
