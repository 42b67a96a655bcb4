import type { ToolDefinition, Usage } from '@hitl/core';
import { jsonSchema, type LanguageModel, type ModelMessage, streamText, type ToolSet, tool } from 'ai';
import { agentInstructions } from './agent-instructions.ts';
import { toModelFailure } from './model-failure.ts';

export interface ModelCall {
  readonly wire_name: string;
  /** Parsed JSON, or whatever came where it did not parse. */
  readonly input: unknown;
  readonly is_parsed: boolean;
}

export interface ModelAnswer {
  readonly text: string;
  readonly finish_reason: string;
  readonly usage: Usage;
  readonly calls: readonly ModelCall[];
  /** Content parts of the assistant's message in the AI SDK's shape. */
  readonly parts: readonly Record<string, unknown>[];
}

/**
 * One model step. The tools go along without `execute`: the SDK can't run any of them, so whatever comes back is a proposal.
 *
 * @returns `undefined` when `signal` stopped it.
 * @throws ModelFailure when the model gave no usable answer within its retries.
 */
export async function askModel(
  options: {
    readonly model: LanguageModel;
    readonly modelId: string;
    readonly messages: readonly ModelMessage[];
    readonly tools: readonly ToolDefinition[];
    readonly maxRetries: number;
  },
  signal: AbortSignal,
  onText: (delta: string) => void,
): Promise<ModelAnswer | undefined> {
  try {
    const result = streamText({
      model: options.model,
      instructions: agentInstructions,
      messages: [...options.messages],
      ...(options.tools.length === 0 ? {} : { tools: toolSetOf(options.tools) }),
      maxRetries: options.maxRetries,
      abortSignal: signal,
      // The default prints the error, with whatever the provider put into it.
      onError: () => undefined,
    });
    for await (const part of result.stream) {
      if (part.type === 'text-delta') onText(part.text);
      else if (part.type === 'error') throw part.error;
      else if (part.type === 'abort') return undefined;
    }
    const [text, finishReason, usage, toolCalls, response] = await Promise.all([
      result.text,
      result.finishReason,
      result.usage,
      result.toolCalls,
      result.response,
    ]);
    if (finishReason === 'error' || finishReason === 'interrupted')
      throw new Error(`finished with ${finishReason}`);
    const assistant = response.messages.find((message) => message.role === 'assistant');
    const content = assistant?.content ?? '';
    return {
      text,
      finish_reason: finishReason,
      usage: { input_tokens: usage.inputTokens ?? 0, output_tokens: usage.outputTokens ?? 0 },
      calls: toolCalls.map((call) => ({
        wire_name: call.toolName,
        input: call.input,
        is_parsed: typeof call.input === 'object' && call.input !== null && !Array.isArray(call.input),
      })),
      parts:
        typeof content === 'string'
          ? [{ type: 'text', text: content }]
          : (content as unknown as Record<string, unknown>[]),
    };
  } catch (error) {
    if (signal.aborted) return undefined;
    throw toModelFailure(options.modelId, error);
  }
}

/** Sorted, so that the same frozen list always makes the same request. */
function toolSetOf(tools: readonly ToolDefinition[]): ToolSet {
  const sorted = [...tools].sort((a, b) => (a.wire_name < b.wire_name ? -1 : 1));
  return Object.fromEntries(
    sorted.map((definition) => [
      definition.wire_name,
      tool({ description: definition.description, inputSchema: jsonSchema(definition.input_schema) }),
    ]),
  );
}
