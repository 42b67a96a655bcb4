import { InvalidInputError } from './errors/invalid-input-error.ts';

/** Anything that JSON can carry. */
export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };
export type JsonObject = { [key: string]: JsonValue };

/**
 * RFC 8785 (JSON Canonicalization Scheme): members sorted by UTF-16 code units, ECMAScript number and string form.
 * Members whose value is `undefined` are left out, as `JSON.stringify` does. Throws `InvalidInputError` for what has
 * no canonical form (NaN, infinities, lone surrogates, functions): a digest over it would not mean anything.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return canonicalString(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new InvalidInputError('a number in JSON must be finite');
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item ?? null)).join(',')}]`;
  if (typeof value === 'object') {
    const source = value as Record<string, unknown>;
    let out = '';
    for (const key of Object.keys(source).sort()) {
      const member = source[key];
      if (member === undefined) continue;
      out += `${out === '' ? '' : ','}${canonicalString(key)}:${canonicalJson(member)}`;
    }
    return `{${out}}`;
  }
  throw new InvalidInputError(`a ${typeof value} has no JSON form`);
}

function canonicalString(text: string): string {
  if (!text.isWellFormed())
    throw new InvalidInputError('text must be well-formed Unicode (it holds half a surrogate pair)');
  return JSON.stringify(text);
}
