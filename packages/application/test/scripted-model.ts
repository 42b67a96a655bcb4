import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4StreamPart,
} from '@ai-sdk/provider';

export interface ScriptedAnswer {
  readonly text?: string;
  /** Wire name and input of each call. */
  readonly calls?: readonly (readonly [string, object])[];
}

/** Answers by how many answers of its own are in the prompt, so that a replay gets the same one. */
export function createScriptedModel(answers: readonly ScriptedAnswer[]): LanguageModelV4 {
  return {
    specificationVersion: 'v4',
    provider: 'scripted',
    modelId: 'scripted',
    supportedUrls: {},
    doGenerate: () => Promise.reject(new Error('only streaming is used')),
    doStream: async (options) => ({ stream: streamOf(partsOf(answers, options)) }),
  };
}

function partsOf(
  answers: readonly ScriptedAnswer[],
  { prompt }: LanguageModelV4CallOptions,
): LanguageModelV4StreamPart[] {
  const answer = answers[prompt.filter(({ role }) => role === 'assistant').length] ?? { text: 'Done.' };
  const calls = answer.calls ?? [];
  const reason = calls.length > 0 ? 'tool-calls' : 'stop';
  return [
    { type: 'stream-start', warnings: [] },
    ...(answer.text === undefined
      ? []
      : [
          { type: 'text-start', id: 't' } as const,
          { type: 'text-delta', id: 't', delta: answer.text } as const,
          { type: 'text-end', id: 't' } as const,
        ]),
    ...calls.map(
      ([toolName, input], index) =>
        ({
          type: 'tool-call',
          toolCallId: `model-${index}`,
          toolName,
          input: JSON.stringify(input),
        }) as const,
    ),
    {
      type: 'finish',
      finishReason: { unified: reason, raw: reason },
      usage: {
        inputTokens: { total: 10, noCache: 10, cacheRead: 0, cacheWrite: 0 },
        outputTokens: { total: 5, text: 5, reasoning: 0 },
      },
    },
  ];
}

function streamOf(parts: readonly LanguageModelV4StreamPart[]): ReadableStream<LanguageModelV4StreamPart> {
  return new ReadableStream({
    start(controller) {
      for (const part of parts) controller.enqueue(part);
      controller.close();
    },
  });
}
