import {
  type ApprovalPages,
  type ItemStore,
  NotFoundError,
  type Notifier,
  type SecretSource,
} from '@hitl/core';
import { createNotifiersFromConfig } from '@hitl/notifications';
import { readSecretFields } from './secret-field.ts';

export interface WebhookNotifierOptions {
  readonly secrets: SecretSource;
  /** Of the secret whose members are the webhooks' settings. */
  readonly secretName: string;
  /** Remembers over processes what was told. */
  readonly told: ItemStore;
  readonly pages?: ApprovalPages | undefined;
}

/**
 * The webhook channels that the secret names, looked at for every notification: a webhook's URL is a capability and stands
 * nowhere else. Without the secret, or while it is empty, there are none.
 */
export function createWebhookNotifier(options: WebhookNotifierOptions): Notifier {
  const { secrets, secretName, told, pages } = options;
  return {
    name: 'webhooks',
    async notify(notification) {
      const fields = await readSecretFields(secrets, secretName).catch((error: unknown) => {
        if (error instanceof NotFoundError) return undefined;
        throw error;
      });
      if (fields === undefined) return;
      const config = {
        ...(pages === undefined ? {} : { public_url: pages.publicUrl, approval_page_path: pages.path }),
        ...fields,
      };
      const notifiers = createNotifiersFromConfig(config, { told });
      const results = await Promise.allSettled(notifiers.map((notifier) => notifier.notify(notification)));
      // What was told is remembered, so trying all again tells only who was not.
      const failed = results.find((result) => result.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
    },
  };
}
