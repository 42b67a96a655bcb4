import { createEventBridgeNotifier, createSnsNotifier } from '@hitl/aws';
import type { Notifier } from '@hitl/core';
import { loadEnv } from '@hitl/lambda';

/** Every channel that the environment names: the topic and the bus. */
export function createCloudNotifiers({ region }: { readonly region: string }): readonly Notifier[] {
  const env = loadEnv({ optional: ['SNS_TOPIC_ARN', 'EVENT_BUS_NAME', 'PUBLIC_URL'] });
  const { SNS_TOPIC_ARN: topicArn, EVENT_BUS_NAME: busName, PUBLIC_URL: publicUrl } = env;
  const link = publicUrl === undefined ? {} : { publicUrl };
  return [
    ...(topicArn === undefined ? [] : [createSnsNotifier({ region, topicArn, ...link })]),
    ...(busName === undefined ? [] : [createEventBridgeNotifier({ region, busName, ...link })]),
  ];
}
