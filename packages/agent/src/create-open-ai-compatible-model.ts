import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import type { LanguageModelV4 } from '@ai-sdk/provider';
import { InvalidInputError } from '@hitl/core';

/**
 * A model behind any server that speaks the chat-completions protocol, such as a local one.
 * @param options.baseUrl e.g. `http://127.0.0.1:11434/v1`
 */
export function createOpenAiCompatibleModel(options: {
  readonly baseUrl: string;
  readonly apiKey?: string;
  readonly modelId: string;
  readonly fetch?: typeof globalThis.fetch;
}): LanguageModelV4 {
  const { baseUrl, apiKey, modelId, fetch } = options;
  if (!URL.canParse(baseUrl) || !/^https?:$/.test(new URL(baseUrl).protocol)) {
    throw new InvalidInputError(
      'the model base URL must be an http or https URL such as http://127.0.0.1:11434/v1',
    );
  }
  if (modelId.trim() === '') throw new InvalidInputError('the model id must not be empty');
  return createOpenAICompatible({
    name: 'openai-compatible',
    baseURL: baseUrl.replace(/\/+$/, ''),
    // Without it the server is not asked to count, and the run would show no usage.
    includeUsage: true,
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(fetch === undefined ? {} : { fetch }),
  }).chatModel(modelId) as LanguageModelV4;
}
