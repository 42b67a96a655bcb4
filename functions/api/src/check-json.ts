import { canonicalJson, InvalidInputError } from '@hitl/core';

/** Deeper than any tool's arguments; shallow enough for whatever walks the value by recursion. */
const maxDepth = 64;

/**
 * What is wrong with a parsed body as such, or `undefined`: the record holds well-formed text and finite numbers only, and a member
 * called `__proto__` is one thing to who reads it and another to who copies it.
 */
export function checkJson(value: unknown): string | undefined {
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > maxDepth) return `is nested deeper than ${maxDepth} levels`;
    const containers = level.filter((item) => typeof item === 'object' && item !== null) as object[];
    if (containers.some((item) => Object.hasOwn(item, '__proto__'))) return 'has a member called __proto__';
    level = containers.flatMap((item) => Object.values(item) as unknown[]);
  }
  try {
    canonicalJson(value);
    return undefined;
  } catch (error) {
    if (error instanceof InvalidInputError) return `holds what can't be recorded: ${error.message}`;
    throw error;
  }
}
