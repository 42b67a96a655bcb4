import { mayRunAway } from '../may-run-away.ts';
import type { ToolProperty } from './describe-tool.ts';

export const isKind = (property: ToolProperty, type: string) =>
  property.schema.type === type ||
  (Array.isArray(property.schema.type) && property.schema.type.includes(type));
export const patternOf = (property: ToolProperty) =>
  typeof property.schema.pattern === 'string' ? property.schema.pattern : '';

export function isEmailProperty({ schema, name, words }: ToolProperty): boolean {
  if (schema.format === 'email') return true;
  if (schema.type !== 'string') return false;
  return (
    /e-?mail/i.test(name) || words.join(' ') === 'user key' || /^\W*.*@/.test(String(schema.pattern ?? ''))
  );
}

/** Required ones first. */
export const byNeed = (properties: readonly ToolProperty[]) =>
  [...properties].sort((a, b) => Number(b.isRequired) - Number(a.isRequired));

export function matches(pattern: string, text: string): boolean {
  // The server will check it.
  if (mayRunAway(pattern)) return true;
  try {
    return text.length < 500 && new RegExp(pattern, 'u').test(text);
  } catch {
    // Not an ECMAScript pattern: the server will check it.
    return true;
  }
}
