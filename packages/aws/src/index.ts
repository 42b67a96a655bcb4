export * from './agentcore/index.ts';
export * from './bedrock/index.ts';
export { costTags } from './cost-tags.ts';
export * from './dead-letters/index.ts';
export * from './dynamodb/index.ts';
export * from './environment/index.ts';
export * from './eventbridge/index.ts';
export * from './lambda/index.ts';
export {
  type DescribedNotification,
  describeNotification,
  type NotificationType,
} from './notifications/describe-notification.ts';
export * from './secrets-manager/index.ts';
export type { ServiceClientOptions } from './service-client-options.ts';
export * from './signing/index.ts';
export * from './sns/index.ts';
export * from './sqs/index.ts';
export * from './step-functions/index.ts';
