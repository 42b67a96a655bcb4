import { modalBlocks } from '../approval-controls.ts';

export interface ReadableArguments {
  readonly json: string;
  readonly block_id: string;
}

export interface UnreadableArguments {
  /** The input that the mistake is in. */
  readonly block_id: string;
  readonly message: string;
}

/** Far more than a modal's inputs hold in use; a bound for what the job carries. */
const maximumCharacters = 90_000;

export function isReadable(read: ReadableArguments | UnreadableArguments): read is ReadableArguments {
  return 'json' in read;
}

/** Joins the edit modal's inputs, in order, a line feed between them, to the JSON text of an object. */
export function readArguments(inputs: ReadonlyMap<string, string>): ReadableArguments | UnreadableArguments {
  const parts = [...inputs]
    .filter(([blockId]) => blockId.startsWith(modalBlocks.argumentsPrefix))
    .map(([blockId, text]) => ({ blockId, text, order: orderOf(blockId) }))
    .sort((a, b) => a.order - b.order);
  const first = parts[0]?.blockId ?? `${modalBlocks.argumentsPrefix}0`;
  const json = parts.map(({ text }) => text).join('\n');
  if (json.length > maximumCharacters)
    return {
      block_id: first,
      message: 'These arguments are too long for Slack. Edit them on the approval page or the command line.',
    };
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    return {
      block_id: mistakenBlock(parts) ?? first,
      message: `This is not valid JSON: ${(error as SyntaxError).message}`.slice(0, 300),
    };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { block_id: first, message: 'The arguments must be one JSON object: { … }' };
  return { json, block_id: first };
}

/** The first input up to which the text is more than merely unfinished. */
function mistakenBlock(
  parts: readonly { readonly blockId: string; readonly text: string }[],
): string | undefined {
  let prefix = '';
  for (const { blockId, text } of parts) {
    prefix = prefix === '' ? text : `${prefix}\n${text}`;
    if (!isUnfinished(prefix)) return blockId;
  }
  return parts.at(-1)?.blockId;
}

function isUnfinished(json: string): boolean {
  try {
    JSON.parse(json);
    return true;
  } catch (error) {
    const { message } = error as SyntaxError;
    const position = /at position (\d+)/.exec(message)?.[1];
    // Node names no position where it quotes the text instead: then it is within.
    return message.includes('Unexpected end') || (position !== undefined && Number(position) >= json.length);
  }
}

function orderOf(blockId: string): number {
  return Number(blockId.slice(modalBlocks.argumentsPrefix.length));
}
