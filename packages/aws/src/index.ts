export * from './bedrock/index.ts';
export * from './dynamodb/index.ts';
export * from './secrets-manager/index.ts';
export type { ServiceClientOptions } from './service-client-options.ts';
export * from './step-functions/index.ts';
