import type { JsonObject, JsonValue } from '@hitl/core';
import { mayRunAway } from './may-run-away.ts';

/** Longer texts are not matched against a schema's pattern here: the pattern comes from a server and may be slow. */
const maxPatternInput = 1024;

/**
 * Checks arguments against a tool's JSON Schema and returns what is wrong, each with its path; empty when it fits. Covers
 * the keywords that tool schemas use (types, members, items, bounds, patterns, enumerations, local references and
 * combinations). Unknown keywords are ignored: the server has the last word, this only saves a round trip and an approval
 * of something that can't work.
 */
export function validateArguments(schema: JsonObject, args: JsonValue): string[] {
  return check(schema, args, '', { root: schema, depth: 0 });
}

interface Scope {
  readonly root: JsonObject;
  readonly depth: number;
}

function check(schema: JsonValue | undefined, value: JsonValue, path: string, outer: Scope): string[] {
  if (schema === false) return [`${at(path)} is not allowed`];
  if (!isObject(schema) || outer.depth > 32) return [];
  const scope = { root: outer.root, depth: outer.depth + 1 };
  if (typeof schema.$ref === 'string') return check(resolve(scope.root, schema.$ref), value, path, scope);
  const problems = [...checkType(schema, value, path), ...checkCombinations(schema, value, path, scope)];
  if (problems.length > 0) return problems;
  if (typeof value === 'string') return checkString(schema, value, path);
  if (typeof value === 'number') return checkNumber(schema, value, path);
  if (Array.isArray(value)) return checkArray(schema, value, path, scope);
  if (isObject(value)) return checkObject(schema, value, path, scope);
  return [];
}

function checkType(schema: JsonObject, value: JsonValue, path: string): string[] {
  const types = typeof schema.type === 'string' ? [schema.type] : schema.type;
  if (Array.isArray(types) && !types.some((type) => hasType(value, type))) {
    return [`${at(path)} must be ${types.join(' or ')}`];
  }
  if (Array.isArray(schema.enum) && !schema.enum.some((item) => same(item, value))) {
    return [`${at(path)} must be one of ${schema.enum.map((item) => JSON.stringify(item)).join(', ')}`];
  }
  if (schema.const !== undefined && !same(schema.const, value)) {
    return [`${at(path)} must be ${JSON.stringify(schema.const)}`];
  }
  return [];
}

function checkCombinations(schema: JsonObject, value: JsonValue, path: string, scope: Scope): string[] {
  const { allOf, anyOf, oneOf, not } = schema;
  const fits = (part: JsonValue) => check(part, value, path, scope).length === 0;
  if (Array.isArray(allOf)) {
    const problems = allOf.flatMap((part) => check(part, value, path, scope));
    if (problems.length > 0) return problems;
  }
  if (Array.isArray(anyOf) && !anyOf.some(fits)) {
    return [anyOf.map((part) => check(part, value, path, scope).join(' and ')).join(', or ')];
  }
  if (Array.isArray(oneOf)) {
    const count = oneOf.filter(fits).length;
    if (count === 0)
      return [oneOf.map((part) => check(part, value, path, scope).join(' and ')).join(', or ')];
    if (count > 1)
      return [`${at(path)} fits more than one of the alternatives, of which exactly one is wanted`];
  }
  if (not !== undefined && fits(not)) return [`${at(path)} has a form that is excluded`];
  if (schema.if !== undefined) {
    return check(fits(schema.if) ? schema.then : schema.else, value, path, scope);
  }
  return [];
}

function checkString(schema: JsonObject, value: string, path: string): string[] {
  const { minLength, maxLength, pattern, format } = schema;
  const length = [...value].length;
  if (typeof minLength === 'number' && length < minLength) {
    return [`${at(path)} must have at least ${minLength} characters`];
  }
  if (typeof maxLength === 'number' && length > maxLength) {
    return [`${at(path)} must have at most ${maxLength} characters`];
  }
  if (
    typeof pattern === 'string' &&
    value.length <= maxPatternInput &&
    compile(pattern)?.test(value) === false
  ) {
    return [`${at(path)} must match ${pattern}`];
  }
  if (format === 'email' && !/^[^\s@]+@[^\s@]+$/.test(value))
    return [`${at(path)} must be an e-mail address`];
  return [];
}

function checkNumber(schema: JsonObject, value: number, path: string): string[] {
  const { minimum, maximum, exclusiveMinimum, exclusiveMaximum, multipleOf } = schema;
  if (typeof minimum === 'number' && value < minimum) return [`${at(path)} must be at least ${minimum}`];
  if (typeof maximum === 'number' && value > maximum) return [`${at(path)} must be at most ${maximum}`];
  if (typeof exclusiveMinimum === 'number' && value <= exclusiveMinimum) {
    return [`${at(path)} must be more than ${exclusiveMinimum}`];
  }
  if (typeof exclusiveMaximum === 'number' && value >= exclusiveMaximum) {
    return [`${at(path)} must be less than ${exclusiveMaximum}`];
  }
  if (typeof multipleOf === 'number' && !Number.isInteger(value / multipleOf)) {
    return [`${at(path)} must be a multiple of ${multipleOf}`];
  }
  return [];
}

function checkArray(schema: JsonObject, value: readonly JsonValue[], path: string, scope: Scope): string[] {
  const { minItems, maxItems, items } = schema;
  if (typeof minItems === 'number' && value.length < minItems) {
    return [`${at(path)} must have at least ${minItems} items`];
  }
  if (typeof maxItems === 'number' && value.length > maxItems) {
    return [`${at(path)} must have at most ${maxItems} items`];
  }
  return value.flatMap((item, index) => check(items, item, `${path}[${index}]`, scope));
}

function checkObject(schema: JsonObject, value: JsonObject, path: string, scope: Scope): string[] {
  const properties = isObject(schema.properties) ? schema.properties : {};
  const patterns = isObject(schema.patternProperties) ? Object.entries(schema.patternProperties) : [];
  const required = Array.isArray(schema.required) ? schema.required : [];
  const missing = required.filter((name) => typeof name === 'string' && !Object.hasOwn(value, name));
  const problems = missing.map((name) => `${at(join(path, String(name)))} is required`);
  for (const [name, member] of Object.entries(value)) {
    const matching = patterns.filter(([pattern]) => compile(pattern)?.test(name) === true);
    if (Object.hasOwn(properties, name))
      problems.push(...check(properties[name], member, join(path, name), scope));
    for (const [, part] of matching) problems.push(...check(part, member, join(path, name), scope));
    if (!Object.hasOwn(properties, name) && matching.length === 0) {
      const extra = schema.additionalProperties;
      if (extra === false) problems.push(`${at(join(path, name))} is not an argument of this tool`);
      else problems.push(...check(extra, member, join(path, name), scope));
    }
  }
  return problems;
}

function hasType(value: JsonValue, type: JsonValue): boolean {
  switch (type) {
    case 'null':
      return value === null;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isObject(value);
    case 'integer':
      return typeof value === 'number' && Number.isInteger(value);
    default:
      return typeof value === type;
  }
}

function resolve(root: JsonObject, ref: string): JsonValue | undefined {
  if (ref === '#') return root;
  if (!ref.startsWith('#/')) return undefined;
  let at: JsonValue | undefined = root;
  for (const part of ref.slice(2).split('/')) {
    if (!isObject(at)) return undefined;
    at = at[decodeURIComponent(part).replaceAll('~1', '/').replaceAll('~0', '~')];
  }
  return at;
}

function compile(pattern: string): RegExp | undefined {
  if (mayRunAway(pattern)) return undefined;
  try {
    return new RegExp(pattern, 'u');
  } catch {
    // Not an ECMAScript pattern: nothing to say about it here.
    return undefined;
  }
}

const same = (a: JsonValue, b: JsonValue) => JSON.stringify(a) === JSON.stringify(b);
const join = (path: string, name: string) => (path === '' ? name : `${path}.${name}`);
const at = (path: string) => (path === '' ? 'the input' : path);

function isObject(value: JsonValue | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
