import { InvalidInputError } from './errors/invalid-input-error.ts';

/** Anything that JSON can carry. */
export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue };
export type JsonObject = { [key: string]: JsonValue };

/**
 * RFC 8785 (JSON Canonicalization Scheme): members sorted by UTF-16 code units, ECMAScript number and string form.
 * Members whose value is `undefined` are left out, as `JSON.stringify` does. Throws `InvalidInputError` for what has
 * no canonical form (NaN, infinities, lone surrogates, functions, nesting beyond 500 levels): a digest over it would not mean anything.
 */
export function canonicalJson(value: unknown): string {
  return canonicalValue(value, 0);
}

/** Deeper values would end in a stack overflow somewhere, at the worst after an effect has happened. */
const maxDepth = 500;

function canonicalValue(value: unknown, depth: number): string {
  if (value === null || typeof value === 'boolean') return String(value);
  if (typeof value === 'string') return canonicalString(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new InvalidInputError('a number in JSON must be finite');
    return JSON.stringify(value);
  }
  if (depth > maxDepth) throw new InvalidInputError(`JSON must not be nested deeper than ${maxDepth} levels`);
  if (Array.isArray(value))
    return `[${value.map((item) => canonicalValue(item ?? null, depth + 1)).join(',')}]`;
  if (typeof value === 'object') {
    const source = value as Record<string, unknown>;
    let out = '';
    for (const key of Object.keys(source).sort()) {
      const member = source[key];
      if (member === undefined) continue;
      out += `${out === '' ? '' : ','}${canonicalString(key)}:${canonicalValue(member, depth + 1)}`;
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
