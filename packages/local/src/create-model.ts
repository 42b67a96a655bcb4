import {
  createOfflinePlanner,
  createOpenAiCompatibleModel,
  type LanguageModel,
  offlinePlannerModelId,
} from '@hitl/agent';
import { createBedrockModel, defaultModelId } from '@hitl/aws';
import { InvalidInputError } from '@hitl/core';
import type { LocalEnv } from './local-env.ts';

/** As `MODEL_ID`: Amazon Bedrock with the inference profile that suits the region. */
const bedrockDefault = 'bedrock';

/** The configured model, else the offline planner, with the name that people are shown. */
export function createModel(env: LocalEnv): { readonly model: LanguageModel; readonly modelId: string } {
  if (env.MODEL_BASE_URL !== undefined) {
    if (env.MODEL_ID === undefined)
      throw new InvalidInputError('MODEL_ID: must be set together with MODEL_BASE_URL');
    const model = createOpenAiCompatibleModel({
      baseUrl: env.MODEL_BASE_URL,
      modelId: env.MODEL_ID,
      ...(env.MODEL_API_KEY === undefined ? {} : { apiKey: env.MODEL_API_KEY }),
    });
    return { model, modelId: env.MODEL_ID };
  }
  if (env.MODEL_ID === undefined) return { model: createOfflinePlanner(), modelId: offlinePlannerModelId };
  if (env.AWS_REGION === undefined)
    throw new InvalidInputError('AWS_REGION: must be set for a model on Amazon Bedrock');
  const modelId = env.MODEL_ID === bedrockDefault ? defaultModelId(env.AWS_REGION) : env.MODEL_ID;
  const model = createBedrockModel({
    region: env.AWS_REGION,
    modelId,
    ...(env.BEDROCK_GUARDRAIL_ID === undefined ? {} : { guardrailId: env.BEDROCK_GUARDRAIL_ID }),
    ...(env.BEDROCK_GUARDRAIL_VERSION === undefined
      ? {}
      : { guardrailVersion: env.BEDROCK_GUARDRAIL_VERSION }),
  });
  return { model, modelId };
}
