import type { LanguageModelV4CallOptions, LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { convertArrayToReadableStream, MockLanguageModelV4 } from 'ai/test';

export interface ScriptedStep {
  readonly text?: string;
  readonly calls?: readonly { readonly tool: string; readonly input: unknown }[];
  readonly finish?: 'stop' | 'tool-calls' | 'content-filter' | 'length';
  readonly error?: unknown;
}

/** Answers by the number of its own earlier answers in the prompt, as a real model would: a replay gets the same answer. */
export function createScriptedModel(steps: readonly ScriptedStep[]): MockLanguageModelV4 {
  return new MockLanguageModelV4({
    modelId: 'scripted',
    doStream: async (options) => ({ stream: convertArrayToReadableStream(partsOf(steps, options)) }),
  });
}

function partsOf(
  steps: readonly ScriptedStep[],
  { prompt }: LanguageModelV4CallOptions,
): LanguageModelV4StreamPart[] {
  const step = steps[prompt.filter(({ role }) => role === 'assistant').length] ?? { text: 'Done.' };
  if (step.error !== undefined) throw step.error;
  const calls = step.calls ?? [];
  const finish = step.finish ?? (calls.length > 0 ? 'tool-calls' : 'stop');
  const words = step.text === undefined ? [] : step.text.split(/(?<=\s)/);
  return [
    { type: 'stream-start', warnings: [] },
    ...(words.length === 0
      ? []
      : [
          { type: 'text-start', id: 't' } as const,
          ...words.map((delta) => ({ type: 'text-delta', id: 't', delta }) as const),
          { type: 'text-end', id: 't' } as const,
        ]),
    // The same id for every call: what a careless model server may do.
    ...calls.map(
      ({ tool, input }) =>
        ({
          type: 'tool-call',
          toolCallId: 'model',
          toolName: tool,
          input: typeof input === 'string' ? input : JSON.stringify(input),
        }) as const,
    ),
    {
      type: 'finish',
      finishReason: { unified: finish, raw: finish },
      usage: {
        inputTokens: { total: 10, noCache: 10, cacheRead: 0, cacheWrite: 0 },
        outputTokens: { total: 5, text: 5, reasoning: 0 },
      },
    },
  ];
}
