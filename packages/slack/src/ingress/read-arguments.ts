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
    return { block_id: first, message: 'These arguments are too long for Slack. Edit them on the page.' };
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch (error) {
    const { message } = error as SyntaxError;
    const at = /at position (\d+)/.exec(message)?.[1];
    return {
      block_id: at === undefined ? first : (blockAt(parts, Number(at)) ?? first),
      message: `This is not valid JSON: ${message}`.slice(0, 300),
    };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { block_id: first, message: 'The arguments must be one JSON object: { … }' };
  return { json, block_id: first };
}

function blockAt(
  parts: readonly { readonly blockId: string; readonly text: string }[],
  position: number,
): string | undefined {
  let end = 0;
  for (const { blockId, text } of parts) {
    end += text.length + 1;
    if (position < end) return blockId;
  }
  return parts.at(-1)?.blockId;
}

function orderOf(blockId: string): number {
  return Number(blockId.slice(modalBlocks.argumentsPrefix.length));
}
