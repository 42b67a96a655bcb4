import {
  type BlobStore,
  type CallState,
  canonicalJson,
  loadPayload,
  qualifiedName,
  type RunState,
  redactText,
} from '@hitl/core';
import type { ModelMessage, ToolResultPart } from 'ai';
import { renderToolResult } from './render-tool-result.ts';
import { sanitizeText } from './sanitize-text.ts';
import { type StoredStep, storedArguments, storedStepSchema } from './stored-step.ts';

/**
 * The conversation so far, made from the record and nothing else: the same record gives the same bytes, in whatever process
 * the run goes on.
 */
export async function buildMessages(
  run: RunState,
  blobs: Pick<BlobStore, 'get'>,
  toolOutputTokens: number,
): Promise<ModelMessage[]> {
  const messages: ModelMessage[] = [{ role: 'user', content: userPrompt(run) }];
  for (const step of run.steps) {
    const stored = storedStepSchema.parse(await loadPayload(blobs, step.messages));
    messages.push(stored.assistant as unknown as ModelMessage);
    if (step.proposed.length === 0) continue;
    const content = await Promise.all(
      step.proposed.map((proposed) => toolResultPart(run, proposed, stored, blobs, toolOutputTokens)),
    );
    messages.push({ role: 'tool', content });
  }
  return messages;
}

/** Frames hold JSON lines with every `<` escaped: nothing in one can close it and pose as the request behind it. */
function userPrompt(run: RunState): string {
  const turns = run.started.memory.map(({ role, text }) => ({ role, text: redactText(text) }));
  const query = sanitizeText(redactText(run.started.query)).replace(frameTag, '&lt;');
  return `${frame('earlier_turns', turns)}${frame('unavailable_tools', unavailableOf(run))}${query}`;
}

/** The tags that this conversation's own frames use, wherever else they turn up. */
const frameTag = /<(?=\/?(?:earlier_turns|unavailable_tools|tool_result))/gi;

function frame(name: string, lines: readonly object[]): string {
  if (lines.length === 0) return '';
  const text = lines.map((line) => sanitizeText(JSON.stringify(line)).replaceAll('<', '\\u003c')).join('\n');
  return `<${name}>\n${text}\n</${name}>\n\n`;
}

/** Servers that did not answer, and tools that wait for a person's acceptance: the model can say why something is missing. */
function unavailableOf({ frozen }: RunState): object[] {
  if (frozen === undefined) return [];
  const servers = frozen.unavailable.map(({ server, reason }) => ({ server, reason: redactText(reason) }));
  return [
    ...servers,
    ...frozen.quarantined.map((tool) => ({ tool, reason: 'waits for a person to accept it' })),
  ];
}

async function toolResultPart(
  run: RunState,
  proposed: { readonly call_id: string; readonly wire_name: string },
  stored: StoredStep,
  blobs: Pick<BlobStore, 'get'>,
  toolOutputTokens: number,
): Promise<ToolResultPart> {
  const part = { type: 'tool-result', toolCallId: proposed.call_id, toolName: proposed.wire_name } as const;
  const refusal = stored.invalid[proposed.call_id];
  if (refusal !== undefined) return { ...part, output: { type: 'error-text', value: refusal } };
  const call = run.calls.get(proposed.call_id);
  if (call === undefined) return { ...part, output: { type: 'error-text', value: 'Not executed.' } };
  const edited = editedNote(stored, call);
  if (call.result !== undefined) {
    const value = renderToolResult(
      qualifiedName(call),
      await loadPayload(blobs, call.result),
      toolOutputTokens,
    );
    return call.status === 'succeeded'
      ? { ...part, output: { type: 'text', value: `${edited}${value}` } }
      : { ...part, output: { type: 'error-text', value: `${edited}${outcomeLine(call)}\n${value}` } };
  }
  const type = call.status === 'succeeded' ? 'text' : 'error-text';
  return { ...part, output: { type, value: `${edited}${outcomeLine(call)}` } };
}

/** What ran is what was approved: where a person changed the arguments, the model is told. */
function editedNote(stored: StoredStep, call: CallState): string {
  const proposed = storedArguments(stored, call.call_id);
  if (canonicalJson(proposed) === canonicalJson(call.arguments)) return '';
  return `A person changed the arguments before approving: ${JSON.stringify(call.arguments)}\n`;
}

/** What became of a call, for the model. A server's own error message is framed like any other data of a tool. */
function outcomeLine(call: CallState): string {
  const name = qualifiedName(call);
  const reasons = call.decision.reasons.join(' ');
  const error = call.error === undefined ? '' : ` (${call.error.code})`;
  const detail =
    call.error === undefined || call.error.message === ''
      ? ''
      : `\n${renderToolResult(name, call.error.message, 500)}`;
  switch (call.status) {
    case 'denied':
      return `Denied by policy, not executed: ${sanitizeText(reasons)}`;
    case 'succeeded':
      return 'Succeeded.';
    case 'failed':
      return `Failed${error}.${detail}`;
    case 'refused':
      return `Refused before anything was sent${error}.${detail}`;
    default:
      return `Not executed: ${call.status.replaceAll('_', ' ')}.`;
  }
}
