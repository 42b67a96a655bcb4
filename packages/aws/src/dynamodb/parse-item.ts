import { IntegrityError } from '@hitl/core';
import type { z } from 'zod';

export type Item = Readonly<Record<string, unknown>>;

/** Parses a stored item. @throws IntegrityError when it does not fit: nothing may be decided on it. */
export function parseItem<T>(schema: z.ZodType<T>, item: unknown, what: string): T {
  const parsed = schema.safeParse(item);
  if (parsed.success) return parsed.data;
  throw new IntegrityError(`${what} is stored in a form that this version does not know`, {
    cause: parsed.error,
  });
}

/**
 * Values with members of any kind are stored as JSON text: DynamoDB's own maps lose numbers beyond 38 digits or 1e125, refuse
 * empty member names and nest 32 levels at most.
 */
export function parseJsonText(text: unknown, what: string): unknown {
  try {
    if (typeof text === 'string') return JSON.parse(text);
  } catch (error) {
    throw new IntegrityError(`${what} is stored as broken JSON`, { cause: error });
  }
  throw new IntegrityError(`${what} has no body`);
}
