import { createAmazonBedrock } from '@ai-sdk/amazon-bedrock';
import { defaultProvider } from '@aws-sdk/credential-provider-node';
import { type Clock, InvalidInputError } from '@hitl/core';
import type { BedrockModel } from './bedrock-model.ts';
import { type CredentialProvider, cacheCredentials } from './cache-credentials.ts';
import { defaultModelId } from './default-model-id.ts';
import { addGuardrail, readGuardrail } from './guardrail.ts';
import { refuseTruncatedStream } from './refuse-truncated-stream.ts';

export interface BedrockModelOptions {
  readonly region: string;
  /** A model id, an inference profile's id or an ARN. Default: the current Claude Haiku in the region's geography. */
  readonly modelId?: string;
  /** Needed for application inference profile ARNs, which do not say whose model they are. */
  readonly modelFamily?: 'anthropic';
  readonly guardrailId?: string;
  readonly guardrailVersion?: string;
  /** Where Bedrock's runtime is, when not at AWS's own address for the region. */
  readonly baseURL?: string;
  /** Default: the usual AWS chain (environment, profile, container, instance). Asked once and cached. */
  readonly credentialProvider?: CredentialProvider;
  /** A Bedrock API key, sent as bearer token instead of signatures. */
  readonly apiKey?: string;
  readonly fetch?: typeof globalThis.fetch;
  readonly clock?: Clock;
}

/** @throws InvalidInputError naming the option that is malformed. */
export function createBedrockModel(options: BedrockModelOptions): BedrockModel {
  const modelId = options.modelId ?? defaultModelId(options.region);
  if (!/^[a-zA-Z0-9][a-zA-Z0-9._:/-]{0,2047}$/.test(modelId)) {
    const message = 'must be a Bedrock model id, inference profile id or ARN';
    throw new InvalidInputError(`modelId ${message}`, { errors: [{ path: 'modelId', message }] });
  }
  const guardrail = readGuardrail(options.guardrailId, options.guardrailVersion);
  const provider = options.credentialProvider ?? defaultProvider();
  // An explicit provider must win over an API key that happens to stand in the environment; '' says so to the SDK.
  const apiKey = options.apiKey ?? (options.credentialProvider === undefined ? undefined : '');
  const credentialProvider = cacheCredentials(provider, options.clock);
  const bedrock = createAmazonBedrock({
    region: options.region,
    credentialProvider: async () => {
      const { accessKeyId, secretAccessKey, sessionToken } = await credentialProvider();
      return { accessKeyId, secretAccessKey, ...(sessionToken === undefined ? {} : { sessionToken }) };
    },
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(options.baseURL === undefined ? {} : { baseURL: options.baseURL }),
    ...(options.fetch === undefined ? {} : { fetch: options.fetch }),
  });
  const model = bedrock(
    modelId,
    options.modelFamily === undefined ? {} : { modelFamily: options.modelFamily },
  );
  return {
    specificationVersion: model.specificationVersion,
    provider: model.provider,
    modelId: model.modelId,
    supportedUrls: model.supportedUrls,
    doGenerate: (call) =>
      model.doGenerate(guardrail === undefined ? call : addGuardrail(call, guardrail, false)),
    doStream: async (call) =>
      refuseTruncatedStream(
        await model.doStream(guardrail === undefined ? call : addGuardrail(call, guardrail, true)),
      ),
  };
}
