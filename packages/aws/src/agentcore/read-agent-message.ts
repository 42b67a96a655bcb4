import type { StreamRecord } from './read-stream-records.ts';

/** What one record means to us. */
export type AgentMessage =
  /** More of the answer. `shape` says which of several ways of saying it this was. */
  | { readonly kind: 'text'; readonly text: string; readonly shape: string }
  | { readonly kind: 'error'; readonly message: string; readonly isNotFound: boolean }
  | { readonly kind: 'end' }
  /** Anything else: tool use, usage, life signs. */
  | { readonly kind: 'other' };

const other: AgentMessage = { kind: 'other' };

/**
 * Agents behind AgentCore send what their framework sends: bare strings, Bedrock's and Anthropic's stream events, chat completions,
 * JSON-RPC results, or members of their own choice.
 */
export function readAgentMessage({ event, data, isPlain }: StreamRecord): AgentMessage {
  if (isPlain === true) return textMessage(data, 'plain');
  if (data.trim() === '[DONE]') return { kind: 'end' };
  const value = parsed(data);
  if (event === 'error') return errorMessage(value);
  if (isObject(value)) return readObject(value);
  // Not JSON, or JSON that is no object: a token of the answer. `42` is a token as well.
  if (Array.isArray(value)) return textMessage(blocksText(value), 'blocks');
  return textMessage(typeof value === 'string' ? value : data, 'bare');
}

function readObject(value: Record<string, unknown>): AgentMessage {
  const isError = (value.error !== undefined && value.error !== null) || value.type === 'error';
  if (isError) return errorMessage(value.error ?? value);
  for (const [shape, textOf] of shapes) {
    const text = textOf(value);
    if (text !== undefined) return textMessage(text, shape);
  }
  return other;
}

/** In the order in which they are looked for: increments before whole answers. */
const shapes: readonly (readonly [string, (value: Record<string, unknown>) => string | undefined])[] = [
  ['bedrock', (value) => text(at(value, 'event', 'contentBlockDelta', 'delta', 'text'))],
  ['bedrock', (value) => text(at(value, 'contentBlockDelta', 'delta', 'text'))],
  // Of Anthropic's deltas only the text is for people: `thinking` and `partial_json` have members of their own.
  ['delta', (value) => text(at(value, 'delta', 'text')) ?? text(value.delta) ?? text(value.textDelta)],
  ['choices', (value) => text(at(first(value.choices), 'delta', 'content'))],
  ['choices-whole', (value) => text(at(first(value.choices), 'message', 'content'))],
  ['data', (value) => text(value.data)],
  ['text', (value) => text(value.text)],
  [
    'content',
    (value) => (isAssistants(value) ? (text(value.content) ?? blocksText(value.content)) : undefined),
  ],
  ['message', (value) => messageText(value.message)],
  ...['chunk', 'response', 'output', 'completion', 'result', 'answer'].map(
    (name) => [name, (value: Record<string, unknown>) => wholeText(value[name])] as const,
  ),
];

function wholeText(value: unknown): string | undefined {
  return text(value) ?? messageText(value) ?? text(at(value, 'text'));
}

function messageText(value: unknown): string | undefined {
  if (!isObject(value) || !isAssistants(value)) return text(value);
  return text(value.content) ?? blocksText(value.content);
}

/** What a tool or the user said is not the answer. */
function isAssistants(value: Record<string, unknown>): boolean {
  return value.role === undefined || value.role === 'assistant';
}

/** `[{"type": "text", "text": "…"}, …]`; other blocks are passed over. */
function blocksText(value: unknown): string | undefined {
  if (!Array.isArray(value)) return undefined;
  const texts = value.flatMap((block) => text(at(block, 'text')) ?? []);
  return texts.length === 0 ? undefined : texts.join('');
}

function errorMessage(value: unknown): AgentMessage {
  const message =
    text(value) ?? text(at(value, 'message')) ?? text(at(value, 'error')) ?? text(at(value, 'detail'));
  const codes = [at(value, 'code'), at(value, 'status'), at(value, 'statusCode'), at(value, 'type')];
  const isNotFound = codes.some((code) => code === 404 || /^404$|not_?found/i.test(text(code) ?? ''));
  return { kind: 'error', message: message ?? 'no reason was given', isNotFound };
}

function textMessage(value: string | undefined, shape: string): AgentMessage {
  return value === undefined || value === '' ? other : { kind: 'text', text: value, shape };
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function first(value: unknown): unknown {
  return Array.isArray(value) ? value[0] : undefined;
}

function at(value: unknown, ...path: readonly string[]): unknown {
  return path.reduce<unknown>((inner, name) => (isObject(inner) ? inner[name] : undefined), value);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function parsed(data: string): unknown {
  try {
    return JSON.parse(data);
  } catch {
    return data;
  }
}
