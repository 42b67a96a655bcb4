export {
  createNotifiersFromConfig,
  type NotificationConfig,
  type NotifierSurroundings,
  notificationConfigSchema,
} from './create-notifiers-from-config.ts';
export { tellOnce } from './delivery/once.ts';
export type { PostOptions } from './delivery/post-json.ts';
export { WebhookError } from './delivery/webhook-error.ts';
export {
  createSlackWebhookNotifier,
  type SlackWebhookNotifierOptions,
} from './slack-webhook/create-slack-webhook-notifier.ts';
export { checkAdaptiveCard, maxTeamsBytes } from './teams/check-adaptive-card.ts';
export {
  createTeamsNotifier,
  type TeamsNotifierOptions,
  type TeamsPayload,
} from './teams/create-teams-notifier.ts';
export { parseTeamsWebhookUrl, type TeamsUrlOptions, teamsHosts } from './teams/teams-webhook-url.ts';
