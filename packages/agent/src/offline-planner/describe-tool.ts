import type { LanguageModelV4FunctionTool } from '@ai-sdk/provider';
import type { JsonObject, JsonValue } from '@hitl/core';
import { actionsOf, canonicalNoun } from './lexicon.ts';

/** What a verb phrase can mean, likeliest first; `undefined` when it is no verb. */
export type VerbLookup = (phrase: string) => readonly string[] | undefined;

export interface ToolProperty {
  readonly name: string;
  /** `first_name`, `firstName` → `['first', 'name']`. */
  readonly words: readonly string[];
  readonly schema: JsonObject;
  readonly isRequired: boolean;
}

/**
 * A connected tool as its name and schema tell of it. Descriptions are left out on purpose: they are a server's free text,
 * and what a tool says of itself must not get it called.
 */
export interface DescribedTool {
  readonly wireName: string;
  /** The server's alias. */
  readonly alias: string;
  readonly words: readonly string[];
  readonly action: string;
  readonly nouns: readonly string[];
  readonly properties: readonly ToolProperty[];
  readonly schema: JsonObject;
}

/** Actions that change nothing. Everything else must be ordered plainly. */
export const readActions: ReadonlySet<string> = new Set(['get', 'list']);

const emptyWords = new Set([
  'bulk',
  'by',
  'and',
  'to',
  'for',
  'from',
  'of',
  'all',
  'a',
  'the',
  'info',
  'details',
  'new',
]);

export function describeTool(tool: LanguageModelV4FunctionTool): DescribedTool {
  const [alias, name] = splitWireName(tool.name);
  const words = splitWords(name);
  const verb = words.find((word) => actionsOf(word) !== undefined) ?? words[0] ?? name;
  const schema = tool.inputSchema as unknown as JsonObject;
  const properties = asObject(schema.properties);
  const required = Array.isArray(schema.required) ? schema.required : [];
  return {
    wireName: tool.name,
    alias,
    words,
    action: actionsOf(verb)?.[0] ?? verb,
    nouns: words.filter((word) => word !== verb && !emptyWords.has(word)).map(canonicalNoun),
    properties: Object.entries(properties).map(([key, value]) => ({
      name: key,
      words: splitWords(key),
      schema: plainPattern(resolveSchema(asObject(value), schema)),
      isRequired: required.includes(key),
    })),
    schema,
  };
}

/** The verbs of the language and those that only the connected tools' names use. */
export function createVerbLookup(tools: readonly DescribedTool[]): VerbLookup {
  const own = new Map(
    tools.filter(({ action }) => actionsOf(action) === undefined).map(({ action }) => [action, [action]]),
  );
  return (phrase) => actionsOf(phrase) ?? own.get(phrase);
}

function splitWireName(wireName: string): [string, string] {
  const at = wireName.indexOf('__');
  if (at < 0) return ['', wireName];
  // A long or unclean name ends with a hash.
  return [wireName.slice(0, at), wireName.slice(at + 2).replace(/__[0-9a-f]{10}$/, '')];
}

export function splitWords(name: string): string[] {
  return name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== '');
}

/** A slash needs no escape in a pattern that is text, but generators that start from a literal leave it. */
function plainPattern(schema: JsonObject): JsonObject {
  return typeof schema.pattern === 'string'
    ? { ...schema, pattern: schema.pattern.replaceAll('\\/', '/') }
    : schema;
}

/** Follows a local reference and looks through "this or null". */
function resolveSchema(schema: JsonObject, root: JsonObject): JsonObject {
  if (typeof schema.$ref === 'string') {
    const target = schema.$ref
      .replace(/^#\//, '')
      .split('/')
      .reduce<JsonValue | undefined>((value, part) => asObject(value)[part], root);
    return asObject(target);
  }
  const parts = Array.isArray(schema.anyOf)
    ? schema.anyOf.map(asObject).filter(({ type }) => type !== 'null')
    : [];
  const [only] = parts;
  return parts.length === 1 && only !== undefined ? { ...schema, ...only } : schema;
}

export function asObject(value: JsonValue | undefined): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? value : {};
}
