import type { LanguageModel } from '@hitl/agent';

type StreamModel = Extract<LanguageModel, { readonly specificationVersion: 'v4' }>;
type Part =
  Awaited<ReturnType<StreamModel['doStream']>>['stream'] extends ReadableStream<infer P> ? P : never;

export interface EchoModel {
  readonly model: LanguageModel;
  /** How often each event was asked about. */
  readonly asked: ReadonlyMap<string, number>;
}

/** What the model says to an event. */
export const echoOf = (event: string): string => `Answer to ${event}.`;

/** A model within the process that answers at once, each event differently. */
export function createEchoModel(): EchoModel {
  const asked = new Map<string, number>();
  const model: StreamModel = {
    specificationVersion: 'v4',
    provider: 'echo',
    modelId: 'echo',
    supportedUrls: {},
    doGenerate: () => Promise.reject(new Error('only streaming is used')),
    doStream: async ({ prompt }) => {
      const said = JSON.stringify(prompt.findLast(({ role }) => role === 'user'));
      const event = /event-\d+/.exec(said)?.[0] ?? 'nothing';
      asked.set(event, (asked.get(event) ?? 0) + 1);
      return { stream: streamOf(echoOf(event)) };
    },
  };
  return { model, asked };
}

function streamOf(text: string): ReadableStream<Part> {
  const parts: Part[] = [
    { type: 'stream-start', warnings: [] },
    { type: 'text-start', id: 't' },
    { type: 'text-delta', id: 't', delta: text },
    { type: 'text-end', id: 't' },
    {
      type: 'finish',
      finishReason: { unified: 'stop', raw: 'stop' },
      usage: {
        inputTokens: { total: 10, noCache: 10, cacheRead: 0, cacheWrite: 0 },
        outputTokens: { total: 5, text: 5, reasoning: 0 },
      },
    },
  ];
  return new ReadableStream({
    start(controller) {
      for (const part of parts) controller.enqueue(part);
      controller.close();
    },
  });
}
