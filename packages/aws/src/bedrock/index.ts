export type { BedrockModel } from './bedrock-model.ts';
export { type AwsCredentials, type CredentialProvider, cacheCredentials } from './cache-credentials.ts';
export { type BedrockModelOptions, createBedrockModel } from './create-bedrock-model.ts';
export { defaultModelId } from './default-model-id.ts';
