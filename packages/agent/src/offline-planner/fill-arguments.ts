import type { JsonObject, JsonValue } from '@hitl/core';
import { validateArguments } from '../validate-arguments.ts';
import type { ClauseWords } from './clause-words.ts';
import { asObject, type DescribedTool, type ToolProperty } from './describe-tool.ts';
import { fillList } from './fill-list.ts';
import { fillNames } from './fill-names.ts';
import { fillRoleArn } from './fill-role-arn.ts';
import { phrasesOf } from './property-phrases.ts';

/** What a clause gives for one tool. Nothing in it is made up: every value stands in the request. */
export interface Filling {
  /** One set of arguments per call: several when one argument was given several values. */
  readonly argumentSets: readonly JsonObject[];
  /** Required arguments that the request does not give. */
  readonly missing: readonly string[];
  /** What was given but does not fit, one sentence each. */
  readonly problems: readonly string[];
}

export interface FillContext {
  /** The person that "them", "him" or "the new user" means. */
  readonly lastEmail: string | undefined;
}

export type Values = Map<string, JsonValue[]>;

/** Reads a tool's arguments out of a clause by the tool's schema; marks the words that it used. */
export function fillArguments(tool: DescribedTool, words: ClauseWords, context: FillContext): Filling {
  const values: Values = new Map();
  const problems: string[] = [];
  fillByForm(tool, words, values, problems);
  fillRoleArn(tool, words, values, problems);
  fillLists(tool, words, values);
  fillByPhrase(tool, words, values);
  fillAccounts(tool, words, values, problems);
  fillNames(tool, words, values, problems);
  fillEnumerations(tool, words, values);
  fillTitle(tool, words, values);
  fillPronoun(tool, words, values, context);
  return settle(tool, words, values, problems);
}

const isKind = (property: ToolProperty, type: string) =>
  property.schema.type === type ||
  (Array.isArray(property.schema.type) && property.schema.type.includes(type));
const patternOf = (property: ToolProperty) =>
  typeof property.schema.pattern === 'string' ? property.schema.pattern : '';

export function isEmailProperty({ schema, name, words }: ToolProperty): boolean {
  if (schema.format === 'email') return true;
  if (schema.type !== 'string') return false;
  return (
    /e-?mail/i.test(name) || words.join(' ') === 'user key' || /^\W*.*@/.test(String(schema.pattern ?? ''))
  );
}

/** Values whose form says what they are: addresses, ARNs, domains, paths, URLs. */
function fillByForm(tool: DescribedTool, words: ClauseWords, values: Values, problems: string[]): void {
  const [email] = byNeed(tool.properties.filter(isEmailProperty));
  take(email, words.entities('email'), words, values, problems);
  for (const property of byNeed(tool.properties)) {
    if (values.has(property.name) || !isKind(property, 'string')) continue;
    const last = property.words.at(-1) ?? '';
    const pattern = patternOf(property);
    if (pattern.includes('arn:'))
      take(
        property,
        words.entities('arn').filter(({ value }) => matches(pattern, value)),
        words,
        values,
        problems,
      );
    else if (/^(?:domain|hostname|host)$/.test(last) || property.schema.format === 'hostname') {
      take(property, words.entities('domain'), words, values, problems);
    } else if (pattern.startsWith('^/') || last === 'path')
      take(property, words.entities('path'), words, values, problems);
    else if (property.schema.format === 'uri' || /^ur[il]$/.test(last))
      take(property, words.entities('url'), words, values, problems);
  }
  // "a@x.com in the x.com domain" says one thing twice.
  const emails = email === undefined ? [] : (values.get(email.name) ?? []);
  for (const { index, value } of words.entities('domain')) {
    if (emails.some((address) => String(address).toLowerCase().endsWith(`@${value.toLowerCase()}`)))
      words.use(index, words.tokens[index + 1]?.lower === 'domain' ? index + 2 : index + 1);
  }
}

function fillAccounts(tool: DescribedTool, words: ClauseWords, values: Values, problems: string[]): void {
  const property = byNeed(tool.properties).find(
    (candidate) =>
      !values.has(candidate.name) &&
      /\\d\{12\}|\[0-9\]\{12\}/.test(patternOf(candidate)) &&
      !patternOf(candidate).includes('arn:'),
  );
  take(property, words.entities('account'), words, values, problems);
  // An account without a role's name is half of what a required role needs: it is asked for, not left over.
  const needsAccount = tool.properties.some(
    (candidate) =>
      candidate.isRequired && !values.has(candidate.name) && patternOf(candidate).includes('arn:'),
  );
  if (needsAccount) for (const { index } of words.entities('account')) words.use(index);
}

/** "key MB", "first name: John", "limit 10". */
function fillByPhrase(tool: DescribedTool, words: ClauseWords, values: Values): void {
  const pairs = tool.properties
    .filter((property) => !values.has(property.name) && !isEmailProperty(property))
    .flatMap((property) => phrasesOf(property).map((phrase) => ({ property, phrase })))
    .sort((a, b) => b.phrase.length - a.phrase.length);
  const stops = new Set(
    tool.properties.flatMap((property) =>
      phrasesOf(property).map((phrase) => phrase.split(' ')[0] ?? phrase),
    ),
  );
  for (const { property, phrase } of pairs) {
    if (values.has(property.name) || patternOf(property).includes('arn:')) continue;
    const at = words.find(phrase);
    if (at < 0) continue;
    const length = phrase.split(' ').length;
    const isNumber = isKind(property, 'integer') || isKind(property, 'number');
    const single =
      isNumber ||
      isKind(property, 'boolean') ||
      patternOf(property) !== '' ||
      Array.isArray(property.schema.enum);
    const found = words.valueAt(at + length, { single, stops });
    const value = found === undefined ? undefined : convert(property, found.text);
    if (found === undefined || value === undefined) continue;
    values.set(property.name, [value]);
    words.use(at, at + length);
    words.use(found.from, found.to);
  }
}

function convert(property: ToolProperty, text: string): JsonValue | undefined {
  if (isKind(property, 'integer') || isKind(property, 'number'))
    return /^-?\d+(?:\.\d+)?$/.test(text) ? Number(text) : undefined;
  if (isKind(property, 'boolean'))
    return /^(?:true|yes|on)$/i.test(text) ? true : /^(?:false|no|off)$/i.test(text) ? false : undefined;
  const options = Array.isArray(property.schema.enum) ? property.schema.enum : undefined;
  if (options !== undefined) return options.find((option) => sameWords(String(option), text));
  if (!isKind(property, 'string')) return undefined;
  // Keys are often typed in lower case where the schema wants capitals.
  const pattern = patternOf(property);
  return pattern !== '' && !matches(pattern, text) && matches(pattern, text.toUpperCase())
    ? text.toUpperCase()
    : text;
}

function fillEnumerations(tool: DescribedTool, words: ClauseWords, values: Values): void {
  for (const property of tool.properties) {
    if (values.has(property.name) || !Array.isArray(property.schema.enum)) continue;
    for (const option of property.schema.enum) {
      const phrase = String(option).toLowerCase().replace(/[_-]+/g, ' ');
      const at = words.find(phrase);
      if (at < 0) continue;
      values.set(property.name, [option]);
      words.use(at, at + phrase.split(' ').length);
      break;
    }
  }
}

/** "project Apollo", "a project 'My Board'": the title stands right behind the thing, or in quotation marks. */
function fillTitle(tool: DescribedTool, words: ClauseWords, values: Values): void {
  const open = tool.properties.filter(
    (property) => property.isRequired && isKind(property, 'string') && !values.has(property.name),
  );
  const [property] = open;
  if (property === undefined || open.length > 1 || isEmailProperty(property) || patternOf(property) !== '')
    return;
  const quoted = words.entities('quoted');
  const [only] = quoted;
  if (only !== undefined && quoted.length === 1) {
    take(property, quoted, words, values, []);
    return;
  }
  if (!/^(?:name|title|summary)$/.test(property.words.at(-1) ?? '')) return;
  for (const noun of tool.nouns) {
    const at = words.find(noun);
    if (at < 0) continue;
    const found = words.valueAt(at + 1, { single: false, stops: new Set() });
    if (found === undefined) continue;
    values.set(property.name, [found.text]);
    words.use(found.from, found.to);
    return;
  }
}

function fillLists(tool: DescribedTool, words: ClauseWords, values: Values): void {
  for (const property of byNeed(tool.properties)) {
    if (isKind(property, 'array') && !values.has(property.name)) fillList(property, words, values);
  }
}

const pronouns = [
  'him',
  'her',
  'them',
  'they',
  'it',
  'that user',
  'the user',
  'this user',
  'the new user',
  'their',
  'his',
  'that account',
  'the account',
  'the same user',
];

function fillPronoun(
  tool: DescribedTool,
  words: ClauseWords,
  values: Values,
  { lastEmail }: FillContext,
): void {
  const property = tool.properties.find((candidate) => candidate.isRequired && isEmailProperty(candidate));
  if (property === undefined || values.has(property.name) || lastEmail === undefined) return;
  if (pronouns.some((pronoun) => words.has(pronoun))) values.set(property.name, [lastEmail]);
}

/** Turns values into argument sets and says what is missing or wrong. */
function settle(tool: DescribedTool, words: ClauseWords, values: Values, problems: string[]): Filling {
  const several = [...values].filter(([, list]) => list.length > 1);
  const [first] = several;
  const given = describedAlternatives(tool).filter((name) => values.has(name));
  if (given.length > 1) problems.push(`Give either ${given.join(' or ')}, not both.`);
  if (several.length > 1)
    problems.push(`I can't tell which ${several.map(([name]) => name).join(' and ')} belong together.`);
  const count = first?.[1].length ?? 1;
  const argumentSets = Array.from({ length: count }, (_, index) =>
    Object.fromEntries(
      [...values].map(([name, list]) => [name, (list.length > 1 ? list[index] : list[0]) ?? null]),
    ),
  );
  const missing = tool.properties
    .filter(({ name, isRequired }) => isRequired && !values.has(name))
    .map(({ name }) => name);
  missing.push(...missingAlternative(tool, values));
  if (missing.length === 0) {
    for (const args of argumentSets)
      problems.push(...validateArguments(tool.schema, args).map((problem) => `${problem}.`));
  } else {
    for (const property of tool.properties) {
      const [value] = values.get(property.name) ?? [];
      if (value !== undefined)
        problems.push(
          ...validateArguments(property.schema, value).map((text) => `${property.name}: ${text}.`),
        );
    }
  }
  void words;
  return { argumentSets, missing, problems: [...new Set(problems)] };
}

/**
 * Optional arguments of which a description says "either this or NAME": schemas often can't say it. Read to ask more, never
 * to call more.
 */
function describedAlternatives(tool: DescribedTool): string[] {
  return tool.properties
    .filter(({ schema, isRequired }) => {
      const [, other] = /\beither this or `?(\w+)/i.exec(String(schema.description ?? '')) ?? [];
      return !isRequired && tool.properties.some(({ name }) => name === other);
    })
    .map(({ name }) => name);
}

/** "one of these": named as one missing argument, so that one answer is enough. */
function missingAlternative(tool: DescribedTool, values: Values): string[] {
  const described = describedAlternatives(tool);
  if (described.length > 0 && !described.some((name) => values.has(name))) return [described.join(' or ')];
  const groups = [tool.schema.oneOf, tool.schema.anyOf].filter(Array.isArray);
  return groups.flatMap((group) => {
    const needs = group.map((part) => {
      const { required } = asObject(part);
      return Array.isArray(required) ? required.map(String) : [];
    });
    if (needs.some((names) => names.length === 0 || names.every((name) => values.has(name)))) return [];
    return [needs.map((names) => names.join(' and ')).join(' or ')];
  });
}

function take(
  property: ToolProperty | undefined,
  found: readonly { readonly index: number; readonly value: string }[],
  words: ClauseWords,
  values: Values,
  problems: string[],
): void {
  if (property === undefined || found.length === 0 || values.has(property.name)) return;
  const distinct = [...new Set(found.map(({ value }) => value))];
  values.set(property.name, distinct);
  for (const { index } of found) words.use(index);
  if (distinct.length > 1 && !words.isList(found.map(({ index }) => index))) {
    problems.push(`I can't tell what each of ${distinct.join(', ')} has to do with it.`);
  }
}

const byNeed = (properties: readonly ToolProperty[]) =>
  [...properties].sort((a, b) => Number(b.isRequired) - Number(a.isRequired));
const sameWords = (a: string, b: string) =>
  a.toLowerCase().replace(/[_\s-]+/g, ' ') === b.toLowerCase().replace(/[_\s-]+/g, ' ');

export function matches(pattern: string, text: string): boolean {
  try {
    return text.length < 500 && new RegExp(pattern, 'u').test(text);
  } catch {
    // Not an ECMAScript pattern: the server will check it.
    return true;
  }
}
