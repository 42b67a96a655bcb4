import type { JsonValue } from '@hitl/core';
import type { ClauseWords } from './clause-words.ts';
import { asObject, type ToolProperty } from './describe-tool.ts';
import type { Values } from './filling.ts';
import { singular } from './lexicon.ts';
import { phrasesOf } from './property-phrases.ts';

/**
 * A list argument: things in quotation marks, or what stands after a colon, one per line, comma or semicolon. Items that must be
 * objects with one required text ("issues" with a "summary") are made from that text.
 */
export function fillList(property: ToolProperty, words: ClauseWords, values: Values): void {
  const items = asObject(property.schema.items);
  const make = itemMaker(items);
  if (make === undefined) return;
  const isObjects = items.type === 'object';
  const phrases = phrasesOf(property).flatMap((phrase) => [phrase, singular(phrase)]);
  const announced = phrases.map((phrase) => words.find(phrase)).find((at) => at >= 0);
  if (announced === undefined && !property.isRequired) return;
  const quoted = words.entities('quoted').filter(({ index }) => announced === undefined || index > announced);
  if (quoted.length > 0) {
    values.set(property.name, [quoted.map(({ value }) => make(value))]);
    for (const { index } of quoted) words.use(index);
    if (announced !== undefined) words.use(announced);
    return;
  }
  const colon = words.tokens.findIndex((token, index) => token.text === ':' && index > (announced ?? -1));
  const start = colon >= 0 ? colon + 1 : isObjects ? -1 : (announced ?? -1) + 1;
  if (start <= 0) return;
  const { texts, to } = readItems(words, start, isObjects);
  if (texts.length === 0) return;
  values.set(property.name, [texts.map(make)]);
  words.use(start, to);
  if (announced !== undefined) words.use(announced);
}

function itemMaker(items: ReturnType<typeof asObject>): ((text: string) => JsonValue) | undefined {
  if (items.type === 'string') return (text) => text;
  if (items.type !== 'object' || !Array.isArray(items.required) || items.required.length !== 1)
    return undefined;
  const name = String(items.required[0]);
  return asObject(asObject(items.properties)[name]).type === 'string'
    ? (text) => ({ [name]: text })
    : undefined;
}

function readItems(words: ClauseWords, start: number, isLong: boolean): { texts: string[]; to: number } {
  const texts: string[] = [];
  let item: string[] = [];
  let at = start;
  const close = () => {
    if (item.length > 0) texts.push(item.join(' '));
    item = [];
  };
  for (; at < words.tokens.length; at += 1) {
    const token = words.tokens[at];
    if (token === undefined || words.isUsed(at)) break;
    const isBullet = /^[-*•]$/.test(token.text);
    if (/^[,;\n]$/.test(token.text) || (isBullet && item.length === 0)) close();
    // A long item may hold an "and"; in a list of single words it separates.
    else if (!isLong && token.lower === 'and') close();
    else if (!isLong && item.length > 0) break;
    else if (/^[.?!]$/.test(token.text)) break;
    else item.push(token.text);
  }
  close();
  return { texts, to: at };
}
