import type { JsonValue } from '@hitl/core';
import type { ClauseWords } from './clause-words.ts';
import type { DescribedTool, ToolProperty } from './describe-tool.ts';
import type { Values } from './filling.ts';
import { isEmailProperty, isKind, matches, patternOf } from './property-kind.ts';
import { phrasesOf } from './property-phrases.ts';

/** "key MB", "first name: John", "limit 10". */
export function fillByPhrase(tool: DescribedTool, words: ClauseWords, values: Values): void {
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

/** "a ticket in DP": a key stands where a place is named, in the form that its pattern wants. */
export function fillKey(tool: DescribedTool, words: ClauseWords, values: Values): void {
  const property = tool.properties.find(
    (candidate) =>
      candidate.isRequired &&
      !values.has(candidate.name) &&
      candidate.words.at(-1) === 'key' &&
      patternOf(candidate) !== '',
  );
  if (property === undefined || isEmailProperty(property)) return;
  const at = words.tokens.findIndex(
    ({ text, kind }, index) =>
      kind === 'word' &&
      !words.isUsed(index) &&
      /^(?:in|to|for|into)$/.test(words.tokens[index - 1]?.lower ?? '') &&
      matches(patternOf(property), text),
  );
  const token = words.tokens[at];
  if (token === undefined) return;
  values.set(property.name, [token.text]);
  words.use(at);
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

/** A value of an enumeration, wherever it stands. */
export function fillEnumerations(tool: DescribedTool, words: ClauseWords, values: Values): void {
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
export function fillTitle(tool: DescribedTool, words: ClauseWords, values: Values): void {
  const open = tool.properties.filter(
    (property) => property.isRequired && isKind(property, 'string') && !values.has(property.name),
  );
  const [property] = open;
  if (property === undefined || open.length > 1 || isEmailProperty(property) || patternOf(property) !== '')
    return;
  const quoted = words.entities('quoted');
  const [only] = quoted;
  if (only !== undefined && quoted.length === 1) {
    values.set(property.name, [only.value]);
    words.use(only.index);
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

const sameWords = (a: string, b: string) =>
  a.toLowerCase().replace(/[_\s-]+/g, ' ') === b.toLowerCase().replace(/[_\s-]+/g, ' ');
