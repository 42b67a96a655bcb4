import { signInPath } from '@hitl/core';

/** Where Slack and the people who install the app or sign in reach us: the routes, the manifest and the documentation in one. */
export const slackPaths = {
  events: '/events',
  interactions: '/slack/interactions',
  commands: '/slack/commands',
  install: '/slack/install',
  oauthCallback: '/oauth/callback',
  login: signInPath,
  loginCallback: `${signInPath}/callback`,
} as const;
