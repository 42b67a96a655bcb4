import {
  createEventBridgeNotifier,
  createSecretsManagerClient,
  createSecretsManagerSecretSource,
  createSnsNotifier,
  createSqsJobQueue,
} from '@hitl/aws';
import { approvalPagesAt, type ItemStore, type Notifier } from '@hitl/core';
import { loadEnv } from '@hitl/lambda';
import { tellOnce } from '@hitl/notifications';
import { createQueueNotifier } from '@hitl/slack';
import { createWebhookNotifier } from './create-webhook-notifier.ts';

export interface CloudNotifiersOptions {
  readonly region: string;
  /** Remembers over processes what was told. */
  readonly told: ItemStore;
}

/** Every channel that the environment names: the topic, the bus, the Slack worker's queue, and the webhooks of a secret. */
export function createCloudNotifiers({ region, told }: CloudNotifiersOptions): readonly Notifier[] {
  const env = loadEnv({
    optional: [
      'SNS_TOPIC_ARN',
      'EVENT_BUS_NAME',
      'SLACK_QUEUE_URL',
      'SLACK_ACTIONS_QUEUE_URL',
      'NOTIFICATION_SECRETS_NAME',
      'PUBLIC_URL',
      'APPROVAL_PAGE_PATH',
    ],
  });
  const pages = approvalPagesAt(env.PUBLIC_URL, env.APPROVAL_PAGE_PATH);
  const link = pages === undefined ? {} : { pages };
  const notifiers: Notifier[] = [];
  if (env.SNS_TOPIC_ARN !== undefined)
    notifiers.push(tellOnce(createSnsNotifier({ region, topicArn: env.SNS_TOPIC_ARN, ...link }), told));
  if (env.EVENT_BUS_NAME !== undefined)
    notifiers.push(
      tellOnce(createEventBridgeNotifier({ region, busName: env.EVENT_BUS_NAME, ...link }), told),
    );
  if (env.SLACK_QUEUE_URL !== undefined)
    notifiers.push(
      createQueueNotifier(
        createSqsJobQueue({ region, queueUrl: env.SLACK_ACTIONS_QUEUE_URL ?? env.SLACK_QUEUE_URL }),
      ),
    );
  if (env.NOTIFICATION_SECRETS_NAME !== undefined) {
    const secrets = createSecretsManagerSecretSource({ client: createSecretsManagerClient({ region }) });
    const secretName = env.NOTIFICATION_SECRETS_NAME;
    notifiers.push(createWebhookNotifier({ secrets, secretName, told, ...link }));
  }
  return notifiers;
}
