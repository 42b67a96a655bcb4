import type { LanguageModelV4Prompt } from '@ai-sdk/provider';
import { asObject } from './describe-tool.ts';

/** What became of one earlier call of this conversation. */
export interface CallResult {
  readonly wireName: string;
  readonly arguments: Record<string, unknown>;
  readonly isError: boolean;
  readonly text: string;
}

export interface Conversation {
  /** The person's request: the only text that anything is planned from. */
  readonly request: string;
  /** Earlier turns, oldest first. */
  readonly turns: readonly { readonly role: string; readonly text: string }[];
  /** Results by answered step, in order. */
  readonly steps: readonly (readonly CallResult[])[];
}

const frames =
  /^(?:<earlier_turns>\n([\s\S]*?)\n<\/earlier_turns>\n\n)?(?:<unavailable_tools>\n[\s\S]*?\n<\/unavailable_tools>\n\n)?/;

export function readConversation(prompt: LanguageModelV4Prompt): Conversation {
  const asked = prompt
    .filter((message) => message.role === 'user')
    .map(({ content }) => content.map((part) => (part.type === 'text' ? part.text : '')).join('\n'));
  const whole = asked.at(-1) ?? '';
  const match = frames.exec(whole);
  const results = new Map<string, { isError: boolean; text: string }>();
  for (const message of prompt) {
    if (message.role !== 'tool') continue;
    for (const part of message.content) {
      if (part.type !== 'tool-result') continue;
      const { output } = part;
      const text =
        'value' in output
          ? typeof output.value === 'string'
            ? output.value
            : JSON.stringify(output.value)
          : '';
      results.set(part.toolCallId, {
        isError: output.type.startsWith('error') || output.type === 'execution-denied',
        text,
      });
    }
  }
  const steps = prompt.flatMap((message) => {
    if (message.role !== 'assistant') return [];
    const calls = message.content.filter((part) => part.type === 'tool-call');
    if (calls.length === 0) return [];
    return [
      calls.map((call) => ({
        wireName: call.toolName,
        arguments: asObject(call.input as never),
        ...(results.get(call.toolCallId) ?? { isError: true, text: 'No result.' }),
      })),
    ];
  });
  return { request: whole.slice(match?.[0].length ?? 0), turns: readTurns(match?.[1]), steps };
}

function readTurns(lines: string | undefined): { role: string; text: string }[] {
  return (lines ?? '').split('\n').flatMap((line) => {
    try {
      const turn = JSON.parse(line) as { role?: unknown; text?: unknown };
      return typeof turn.role === 'string' && typeof turn.text === 'string'
        ? [{ role: turn.role, text: turn.text }]
        : [];
    } catch {
      // Not one of our own lines: nothing is read from it.
      return [];
    }
  });
}
