import {
  type BlobStore,
  canonicalJson,
  type JsonObject,
  type JsonValue,
  type RunEvent,
  redacted,
  redactSecrets,
  storePayload,
  type ToolDefinition,
} from '@hitl/core';
import type { ModelAnswer, ModelCall } from './ask-model.ts';
import { sanitizeText } from './sanitize-text.ts';
import type { StoredStep } from './stored-step.ts';
import { validateArguments } from './validate-arguments.ts';

/** The `model-answered` event of one answer: our call ids, no secrets, and a reason for each call that can't be looked at. */
export async function recordAnswer(
  answer: ModelAnswer,
  context: {
    readonly step: number;
    readonly modelId: string;
    readonly durationMs: number;
    readonly tools: readonly ToolDefinition[];
    readonly maxCalls: number;
    readonly blobs: BlobStore;
  },
): Promise<Extract<RunEvent, { type: 'model-answered' }>> {
  // A filtered answer is not the model's own any more: nothing of it is acted on.
  const calls = answer.finish_reason === 'content-filter' ? [] : answer.calls;
  const invalid: Record<string, string> = {};
  const proposed = calls.map((call, index) => {
    const call_id = `call_${context.step}_${index}`;
    const problem =
      index >= context.maxCalls
        ? `Not looked at: at most ${context.maxCalls} calls per answer. Propose it again in your next answer if it is still needed.`
        : findProblem(call, context.tools);
    if (problem !== undefined) invalid[call_id] = problem;
    return { call_id, wire_name: call.wire_name.toWellFormed() };
  });
  const stored: StoredStep = {
    assistant: { role: 'assistant', content: storedParts(answer.parts, proposed) },
    invalid,
  };
  return {
    type: 'model-answered',
    data: {
      step: context.step,
      model_id: context.modelId,
      messages: await storePayload(context.blobs, stored as unknown as JsonValue),
      text: redactSecrets(sanitizeText(answer.text)),
      finish_reason: answer.finish_reason,
      usage: answer.usage,
      duration_ms: Math.max(0, Math.round(context.durationMs)),
      proposed,
    },
  };
}

/** A call, its preview and its decision are one entry of the record, which takes 400 KB; and a person has to read it. */
const maxArgumentsBytes = 192 * 1024;

/** What the model is told instead of the call being looked at; `undefined` when there is nothing against it. */
function findProblem(call: ModelCall, tools: readonly ToolDefinition[]): string | undefined {
  const definition = tools.find(({ wire_name }) => wire_name === call.wire_name);
  if (definition === undefined) {
    return `There is no tool "${sanitizeText(call.wire_name).slice(0, 80)}". Tools: ${tools.map(({ wire_name }) => wire_name).join(', ') || 'none'}.`;
  }
  if (!call.is_parsed) return 'The input is not a JSON object.';
  let args: JsonObject;
  try {
    args = call.input as JsonObject;
    if (Buffer.byteLength(canonicalJson(args)) > maxArgumentsBytes)
      return `The input is larger than ${maxArgumentsBytes} bytes. Propose the work in smaller calls.`;
    if (holdsSecret(args)) {
      return 'secret_in_arguments: an argument holds what looks like a password or key; those never pass through a model. Not executed.';
    }
  } catch {
    return 'The input has no canonical JSON form (numbers must be finite, text well-formed Unicode).';
  }
  const problems = validateArguments(definition.input_schema, args);
  return problems.length === 0
    ? undefined
    : `The input does not fit the tool's schema: ${problems.slice(0, 5).join('; ')}.`;
}

/** Redaction would change what is executed, or already has: neither may run. */
function holdsSecret(args: JsonObject): boolean {
  const canonical = canonicalJson(args);
  return canonical.includes(redacted) || canonicalJson(redactSecrets(args)) !== canonical;
}

/** The k-th tool call of the message is the k-th proposal: models may give several calls the same id. */
function storedParts(
  parts: readonly Record<string, unknown>[],
  proposed: readonly { readonly call_id: string }[],
): Record<string, JsonValue>[] {
  const ids = proposed.map(({ call_id }) => call_id).values();
  return parts.flatMap((part) => {
    // undefined members vanish, so that what is stored is what is replayed.
    const plain = JSON.parse(JSON.stringify(part)) as Record<string, JsonValue>;
    if (plain.type === 'tool-call') {
      const id = ids.next();
      if (id.done) return [];
      return [{ ...plain, toolCallId: id.value, input: redactSecrets(asObject(plain.input)) }];
    }
    if (plain.type === 'text') return [{ ...plain, text: redactSecrets(String(plain.text).toWellFormed()) }];
    // Signed by some providers: replayed unchanged or not at all.
    if (plain.type === 'reasoning' && redactSecrets(plain.text) === plain.text) return [plain];
    return [];
  });
}

/** Providers refuse a replayed call whose input is not an object, the record one without a canonical form. */
function asObject(input: JsonValue | undefined): JsonObject {
  if (typeof input !== 'object' || input === null || Array.isArray(input)) return {};
  try {
    canonicalJson(input);
    return input;
  } catch {
    return {};
  }
}
