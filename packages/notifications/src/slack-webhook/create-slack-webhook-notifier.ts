import type { ApprovalPages, ItemStore, Notifier } from '@hitl/core';
import { createOnce } from '../delivery/once.ts';
import { type PostOptions, postJson } from '../delivery/post-json.ts';
import { checkPublicUrl, parseWebhookUrl } from '../delivery/webhook-url.ts';
import { describeForPeople } from '../describe-for-people.ts';
import { renderWebhookMessage } from './render-webhook-message.ts';

export interface SlackWebhookNotifierOptions extends PostOptions {
  /** An incoming webhook's URL; a secret. */
  readonly url: string;
  /** The setting, as errors name it. */
  readonly name?: string;
  readonly pages?: ApprovalPages;
  readonly told?: ItemStore;
  readonly allowLoopback?: boolean;
}

export const slackWebhookHosts: readonly string[] = ['hooks.slack.com', 'hooks.slack-gov.com'];

/**
 * Tells a Slack channel through an incoming webhook: for those without the Slack app. It only tells; nothing can be answered to it.
 * @throws InvalidInputError when the URL is wrong
 */
export function createSlackWebhookNotifier(options: SlackWebhookNotifierOptions): Notifier {
  const url = parseWebhookUrl(options.url, {
    name: options.name ?? 'SLACK_WEBHOOK_URL',
    allowedHosts: slackWebhookHosts,
    ...(options.allowLoopback === undefined ? {} : { allowLoopback: options.allowLoopback }),
  });
  if (options.pages !== undefined) checkPublicUrl(options.pages.publicUrl);
  const once = createOnce('slack-webhook', options.told);
  return {
    name: 'slack-webhook',
    notify: (notification) =>
      once(notification, () => {
        const message = renderWebhookMessage(describeForPeople(notification, options.pages));
        return postJson('slack-webhook', url, JSON.stringify(message), options);
      }),
  };
}
