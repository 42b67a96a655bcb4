export * from './bedrock/index.ts';
export * from './dynamodb/index.ts';
