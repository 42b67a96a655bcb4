import { InvalidInputError, type JsonObject } from '@hitl/core';

/** @throws InvalidInputError naming the option when the text is not a JSON object. */
export function parseJsonOption(name: string, text: string): JsonObject {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new InvalidInputError(`${name}: must be a JSON object such as '{"user_key":"jane@example.com"}'`);
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw new InvalidInputError(
      `${name}: must be a JSON object, not ${Array.isArray(value) ? 'a list' : typeof value}`,
    );
  }
  return value as JsonObject;
}

/** @throws InvalidInputError naming the option when the text is not a whole number in the range. */
export function parseIntegerOption(name: string, text: string, from: number, to: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < from || value > to) {
    throw new InvalidInputError(`${name}: must be a whole number from ${from} to ${to}, not "${text}"`);
  }
  return value;
}
