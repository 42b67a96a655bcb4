import {
  createOfflinePlanner,
  createOpenAiCompatibleModel,
  type LanguageModel,
  offlinePlannerModelId,
} from '@hitl/agent';
import { createBedrockModel } from '@hitl/aws';
import { loadEnv } from '@hitl/lambda';

/**
 * The model of `MODEL_ID`, with the name that people are shown: on Amazon Bedrock with the configured guardrail, behind
 * `MODEL_BASE_URL` where one is set (an OpenAI-compatible server that asks for no key), or the offline planner by its own id.
 */
export function createCloudModel(region: string): {
  readonly model: LanguageModel;
  readonly modelId: string;
} {
  const env = loadEnv({
    required: ['MODEL_ID'],
    optional: ['MODEL_BASE_URL', 'BEDROCK_GUARDRAIL_ID', 'BEDROCK_GUARDRAIL_VERSION'],
  });
  const modelId = env.MODEL_ID;
  if (env.MODEL_BASE_URL !== undefined)
    return { model: createOpenAiCompatibleModel({ baseUrl: env.MODEL_BASE_URL, modelId }), modelId };
  if (modelId === offlinePlannerModelId) return { model: createOfflinePlanner(), modelId };
  const { BEDROCK_GUARDRAIL_ID: guardrailId, BEDROCK_GUARDRAIL_VERSION: guardrailVersion } = env;
  const model = createBedrockModel({
    region,
    modelId,
    ...(guardrailId === undefined ? {} : { guardrailId }),
    ...(guardrailVersion === undefined ? {} : { guardrailVersion }),
  });
  return { model, modelId };
}
