import type { JsonObject, JsonValue } from '@hitl/core';

const maxDepth = 200;

/**
 * A deep copy that any canonical form accepts: half surrogates replaced, what JSON can't carry left out. A server's answer
 * must be recordable whatever it holds, for its effect has happened; a server in our own process could also change its
 * answer after giving it.
 */
export function toJsonValue(value: unknown, depth = 0): JsonValue {
  if (typeof value === 'string') return value.isWellFormed() ? value : value.toWellFormed();
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value !== 'object') return null;
  if (depth > maxDepth) return '[nested too deeply]';
  if (Array.isArray(value)) return value.map((item) => toJsonValue(item, depth + 1));
  return toJsonObject(value, depth);
}

export function toJsonObject(value: object, depth = 0): JsonObject {
  const out: JsonObject = {};
  for (const [key, member] of Object.entries(value)) {
    if (member === undefined || typeof member === 'function' || key === '__proto__') continue;
    out[key.toWellFormed()] = toJsonValue(member, depth + 1);
  }
  return out;
}
