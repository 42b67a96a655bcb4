import type { JsonObject, JsonValue } from '@hitl/core';

const maxDepth = 200;

/**
 * The value itself where any canonical form accepts it, else a copy that one accepts: half surrogates replaced, what JSON
 * can't carry left out. A server's answer must be recordable whatever it holds, for its effect has happened.
 */
export function toJsonValue(value: unknown): JsonValue {
  return isJsonValue(value, 0) ? value : copyValue(value, 0);
}

export function toJsonObject(value: object): JsonObject {
  return isJsonValue(value, 0) ? (value as JsonObject) : copyObject(value, 0);
}

function isJsonValue(value: unknown, depth: number): value is JsonValue {
  if (typeof value === 'string') return value.isWellFormed();
  if (value === null || typeof value === 'boolean') return true;
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || depth > maxDepth) return false;
  if (Array.isArray(value)) {
    for (const item of value) if (!isJsonValue(item, depth + 1)) return false;
    return true;
  }
  const prototype = Object.getPrototypeOf(value);
  // A plain object of any realm: its prototype is the top one.
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) return false;
  const source = value as Record<string, unknown>;
  for (const key in source) {
    if (key === '__proto__' || !key.isWellFormed() || !isJsonValue(source[key], depth + 1)) return false;
  }
  return true;
}

function copyValue(value: unknown, depth: number): JsonValue {
  if (typeof value === 'string') return value.toWellFormed();
  if (value === null || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value !== 'object') return null;
  if (depth > maxDepth) return '[nested too deeply]';
  return Array.isArray(value) ? value.map((item) => copyValue(item, depth + 1)) : copyObject(value, depth);
}

function copyObject(value: object, depth: number): JsonObject {
  const out: JsonObject = {};
  for (const [key, member] of Object.entries(value)) {
    if (member === undefined || typeof member === 'function' || key === '__proto__') continue;
    out[key.toWellFormed()] = copyValue(member, depth + 1);
  }
  return out;
}
