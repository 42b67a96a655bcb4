import type { z } from 'zod';

/** Reports one problem at a path below the value being read. */
export type AddProblem = (path: readonly (string | number)[], message: string) => void;

/** Lets a hand-written reader report through a zod transform. */
export function problemsInto(context: z.core.$RefinementCtx): AddProblem {
  return (path, message) =>
    context.issues.push({ code: 'custom', path: [...path], message, input: undefined });
}

/** What a value is, in words for an error message. */
export function describeValue(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'empty';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 60 ? `${text.slice(0, 57)}…` : text;
}

export function isMapping(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
