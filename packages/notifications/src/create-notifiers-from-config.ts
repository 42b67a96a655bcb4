import { approvalPagesAt, InvalidInputError, type ItemStore, type Notifier } from '@hitl/core';
import { z } from 'zod';
import type { PostOptions } from './delivery/post-json.ts';
import { createSlackWebhookNotifier } from './slack-webhook/create-slack-webhook-notifier.ts';
import { createTeamsNotifier } from './teams/create-teams-notifier.ts';

const text = z.string().min(1);

/** What is configured, by environment variables of the same names or as the members of one secret. */
export const notificationConfigSchema = z.strictObject({
  teams_webhook_url: text.optional(),
  /** `envelope` (default) for the templates of Workflows, `card` for flows that were built by hand. */
  teams_payload: z.enum(['envelope', 'card']).optional(),
  /** More hosts that a Teams URL may have: `.example.com` is everything below it. */
  teams_allowed_hosts: z.array(z.string().regex(/^\.?[a-z0-9-]+(\.[a-z0-9-]+)+$/)).optional(),
  slack_webhook_url: text.optional(),
  /** Where people reach the approval pages. */
  public_url: z.url({ protocol: /^https?$/ }).optional(),
  /** Which of the pages links go to. */
  approval_page_path: text.startsWith('/').optional(),
});
export type NotificationConfig = z.infer<typeof notificationConfigSchema>;

export interface NotifierSurroundings extends PostOptions {
  /** Remembers over processes what was told. */
  readonly told?: ItemStore;
  /** For tests. */
  readonly allowLoopback?: boolean;
}

/**
 * Every webhook channel that is configured; none is fine. Wrong settings stop the start.
 * @throws InvalidInputError naming the members, never with a URL
 */
export function createNotifiersFromConfig(
  config: unknown,
  surroundings: NotifierSurroundings = {},
): readonly Notifier[] {
  const parsed = notificationConfigSchema.safeParse(config);
  if (!parsed.success) {
    const errors = parsed.error.issues.map(({ path, message }) => ({ path: path.join('.'), message }));
    const told = errors
      .map(({ path, message }) => (path === '' ? message : `${path}: ${message}`))
      .join('; ');
    throw new InvalidInputError(`notifications: ${told}`, { errors });
  }
  const { teams_webhook_url, teams_payload, teams_allowed_hosts, slack_webhook_url } = parsed.data;
  const pages = approvalPagesAt(parsed.data.public_url, parsed.data.approval_page_path);
  const common = { ...surroundings, ...(pages === undefined ? {} : { pages }) };
  return [
    ...(teams_webhook_url === undefined
      ? []
      : [
          createTeamsNotifier({
            ...common,
            name: 'teams_webhook_url',
            url: teams_webhook_url,
            ...(teams_payload === undefined ? {} : { payload: teams_payload }),
            ...(teams_allowed_hosts === undefined ? {} : { allowedHosts: teams_allowed_hosts }),
          }),
        ]),
    ...(slack_webhook_url === undefined
      ? []
      : [createSlackWebhookNotifier({ ...common, name: 'slack_webhook_url', url: slack_webhook_url })]),
  ];
}
