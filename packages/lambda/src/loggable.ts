import { HitlError, redactSecrets, redactText } from '@hitl/core';
import { Whole } from './whole.ts';

const maxDepth = 8;
const maxItems = 200;
const maxTextLength = 16_384;

/**
 * A copy that can always be written as JSON and holds no secret. A logger must never throw and never flood: cycles, depth,
 * long lists and long texts are cut visibly, but for what its sender has bounded.
 */
export function loggable(value: unknown): unknown {
  return redactSecrets(plain(value, 0, new Set()));
}

function plain(value: unknown, depth: number, parents: ReadonlySet<object>): unknown {
  if (typeof value === 'string') {
    if (value.length <= maxTextLength) return value;
    // Before it is cut: half a secret may be too short to be known for one.
    return `${redactText(value).slice(0, maxTextLength)}… (${value.length} characters)`;
  }
  if (value === null || typeof value === 'boolean' || typeof value === 'number') return value;
  if (typeof value !== 'object') return value === undefined ? undefined : String(value);
  if (value instanceof Whole) return value.read();
  if (parents.has(value)) return '[circular]';
  if (depth >= maxDepth) return '[too deep]';
  const within = new Set(parents).add(value);
  const next = (member: unknown) => plain(member, depth + 1, within);
  if (value instanceof Error) return describeError(value, next);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'invalid date' : value.toISOString();
  if (value instanceof Map || value instanceof Set) return next([...value]);
  if (Array.isArray(value)) {
    const items = value.slice(0, maxItems).map(next);
    return value.length > maxItems ? [...items, `… (${value.length} items)`] : items;
  }
  const entries = Object.entries(value);
  const copy = Object.fromEntries(entries.slice(0, maxItems).map(([key, member]) => [key, next(member)]));
  if (entries.length > maxItems) copy['…'] = `${entries.length} members`;
  return copy;
}

function describeError(error: Error, next: (member: unknown) => unknown): Record<string, unknown> {
  return {
    name: error.name,
    message: next(error.message),
    ...(error instanceof HitlError ? { code: error.code } : { stack: next(error.stack) }),
    ...(error.cause === undefined ? {} : { cause: next(error.cause) }),
  };
}
