import type {
  LanguageModelV4,
  LanguageModelV4CallOptions,
  LanguageModelV4Content,
  LanguageModelV4FunctionTool,
  LanguageModelV4StreamPart,
  LanguageModelV4Usage,
} from '@ai-sdk/provider';
import { describeTool } from './describe-tool.ts';
import { type Plan, planRequest } from './plan-request.ts';
import { type Conversation, readConversation } from './read-conversation.ts';
import { phrase, writeSummary } from './write-summary.ts';

export const offlinePlannerModelId = 'offline-planner';

/**
 * A language model without a network: reads orders in plain English by fixed rules and the connected tools' own schemas. The
 * same prompt always gives the same answer. What it does not understand it says; it never guesses an argument.
 */
export function createOfflinePlanner(): LanguageModelV4 {
  return {
    specificationVersion: 'v4',
    provider: 'embedded',
    modelId: offlinePlannerModelId,
    supportedUrls: {},
    doGenerate: async (options) => {
      const { content, finishReason, usage } = answer(options);
      return { content, finishReason, usage, warnings: [] };
    },
    doStream: async (options) => ({ stream: streamOf(answer(options), options.abortSignal) }),
  };
}

interface Answer {
  readonly content: LanguageModelV4Content[];
  readonly finishReason: { readonly unified: 'stop' | 'tool-calls'; readonly raw: undefined };
  readonly usage: LanguageModelV4Usage;
}

function answer(options: LanguageModelV4CallOptions): Answer {
  options.abortSignal?.throwIfAborted();
  const tools = (options.tools ?? []).filter(
    (tool): tool is LanguageModelV4FunctionTool => tool.type === 'function',
  );
  const conversation = readConversation(options.prompt);
  const content = continuePlan(planConversation(conversation, tools), conversation);
  const hasCalls = content.some(({ type }) => type === 'tool-call');
  return {
    content,
    finishReason: { unified: hasCalls ? 'tool-calls' : 'stop', raw: undefined },
    usage: estimateUsage(options, content),
  };
}

/** An answer to the planner's own question belongs to the request that it was asked about. */
function planConversation(
  { request, turns }: Conversation,
  tools: readonly LanguageModelV4FunctionTool[],
): Plan {
  const described = tools.map(describeTool).sort((a, b) => (a.wireName < b.wireName ? -1 : 1));
  const plan = planRequest(request, described);
  const question = turns.at(-1);
  const before = turns.at(-2);
  const isAnswer =
    plan.kind === 'reply' &&
    question?.role === 'assistant' &&
    /\?\s*$/m.test(question.text) &&
    before?.role === 'user';
  if (!isAnswer) return plan;
  const combined = planRequest(`${before.text.trim().replace(/[.!?]+$/, '')}, ${request}`, described);
  return combined.kind === 'act' ? combined : plan;
}

/** The plan depends on the request alone, so the number of answered steps tells how far it has come. */
function continuePlan(plan: Plan, { steps }: Conversation): LanguageModelV4Content[] {
  if (plan.kind === 'reply') return [{ type: 'text', text: plan.text }];
  const results = steps.flat();
  const next = plan.stages[steps.length];
  const hasFailed = results.some(({ isError }) => isError);
  if (next === undefined || hasFailed) {
    const rest = plan.stages.slice(steps.length).flat();
    const summary = writeSummary(
      results,
      rest.map(({ tool, arguments: args }) => ({ name: tool.wireName, arguments: args })),
    );
    return [{ type: 'text', text: [summary, ...plan.notes].join('\n') }];
  }
  const intent = next.map(({ tool, arguments: args }) => phrase(tool.wireName, args)).join('; ');
  return [
    { type: 'text', text: `Next: ${intent}.` },
    ...next.map(({ tool, arguments: args }, index) => ({
      type: 'tool-call' as const,
      toolCallId: `planned-${steps.length}-${index}`,
      toolName: tool.wireName,
      input: JSON.stringify(args),
    })),
  ];
}

function streamOf(
  { content, finishReason, usage }: Answer,
  signal: AbortSignal | undefined,
): ReadableStream<LanguageModelV4StreamPart> {
  const parts = partsOf(content, finishReason, usage);
  return new ReadableStream({
    pull(controller) {
      const part = parts.next();
      if (signal?.aborted) controller.error(signal.reason);
      else if (part.done) controller.close();
      else controller.enqueue(part.value);
    },
  });
}

function* partsOf(
  content: readonly LanguageModelV4Content[],
  finishReason: Answer['finishReason'],
  usage: LanguageModelV4Usage,
): Generator<LanguageModelV4StreamPart, undefined> {
  yield { type: 'stream-start', warnings: [] };
  for (const [index, part] of content.entries()) {
    if (part.type === 'text') {
      const id = `text-${index}`;
      yield { type: 'text-start', id };
      for (const delta of part.text.match(/\S+\s*|\s+/g) ?? []) yield { type: 'text-delta', id, delta };
      yield { type: 'text-end', id };
    } else if (part.type === 'tool-call') {
      const id = part.toolCallId;
      yield { type: 'tool-input-start', id, toolName: part.toolName };
      yield { type: 'tool-input-delta', id, delta: part.input };
      yield { type: 'tool-input-end', id };
      yield part;
    }
  }
  yield { type: 'finish', finishReason, usage };
  return undefined;
}

/** Four characters to the token, so that usage is of a familiar size. */
function estimateUsage(
  options: LanguageModelV4CallOptions,
  content: readonly LanguageModelV4Content[],
): LanguageModelV4Usage {
  const tokensOf = (value: unknown) => Math.ceil(JSON.stringify(value).length / 4);
  const input = tokensOf(options.prompt) + tokensOf(options.tools ?? []);
  const output = tokensOf(content);
  return {
    inputTokens: { total: input, noCache: input, cacheRead: 0, cacheWrite: 0 },
    outputTokens: { total: output, text: output, reasoning: 0 },
  };
}
