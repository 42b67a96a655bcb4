import { type JsonObject, visibleJson } from '@hitl/core';

const inputCharacters = 3_000;
const maxInputs = 20;

/**
 * The arguments as JSON text in pieces that an input takes, cut between lines. What can't be seen stands as `\u` escapes: the person
 * sees it, and it comes back as it was. `undefined` where a line is too long for an input or there would be too many.
 */
export function editInputs(args: JsonObject): string[] | undefined {
  const inputs: string[] = [];
  for (const line of visibleJson(args, 2).split('\n')) {
    if (line.length > inputCharacters) return undefined;
    const last = inputs.at(-1);
    if (last !== undefined && last.length + 1 + line.length <= inputCharacters)
      inputs[inputs.length - 1] = `${last}\n${line}`;
    else inputs.push(line);
  }
  return inputs.length > maxInputs ? undefined : inputs;
}
