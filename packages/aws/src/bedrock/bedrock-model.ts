import type { AmazonBedrockProvider } from '@ai-sdk/amazon-bedrock';

/** A language model of the AI SDK (specification v4). */
export type BedrockModel = ReturnType<AmazonBedrockProvider>;
