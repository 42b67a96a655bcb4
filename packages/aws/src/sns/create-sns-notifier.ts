import { PublishCommand, SNSClient } from '@aws-sdk/client-sns';
import type { ApprovalPages, Notifier } from '@hitl/core';
import { callService } from '../call-service.ts';
import { describeNotification } from '../notifications/describe-notification.ts';
import { clientConfiguration, type ServiceClientOptions } from '../service-client-options.ts';

export interface SnsNotifierOptions extends ServiceClientOptions {
  readonly topicArn: string;
  /** Where people open approval requests; the message's `url` leads there. */
  readonly pages?: ApprovalPages;
}

/**
 * Publishes each notification to the topic: the detail of `describeNotification` as JSON, its type as the message attribute
 * `type` for filter policies. At least once: a reader tells repetitions by `run_id` and `sequence`.
 */
export function createSnsNotifier(options: SnsNotifierOptions): Notifier {
  const client = new SNSClient(clientConfiguration(options));
  return {
    name: 'sns',
    async notify(notification) {
      const { type, detail } = describeNotification(notification, options.pages);
      await callService('publishing to the topic', () =>
        client.send(
          new PublishCommand({
            TopicArn: options.topicArn,
            Message: JSON.stringify({ type, ...detail }),
            MessageAttributes: { type: { DataType: 'String', StringValue: type } },
          }),
        ),
      );
    },
  };
}
