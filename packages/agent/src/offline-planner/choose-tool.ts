import type { JsonObject } from '@hitl/core';
import { ClauseWords } from './clause-words.ts';
import { type DescribedTool, readActions } from './describe-tool.ts';
import { type FillContext, type Filling, fillArguments } from './fill-arguments.ts';
import {
  actionsOf,
  canonicalNoun,
  filterWords,
  foreignNouns,
  infoNouns,
  isPlural,
  singular,
  stopWords,
} from './lexicon.ts';
import type { Order } from './read-order.ts';
import type { Token } from './tokenize.ts';

type OrderToDo = Extract<Order, { mood: 'order' }>;

/** What one order comes to. */
export type Choice =
  | { readonly kind: 'calls'; readonly tool: DescribedTool; readonly argumentSets: readonly JsonObject[] }
  | {
      readonly kind: 'ask';
      readonly tool: DescribedTool;
      readonly missing: readonly string[];
      readonly problems: readonly string[];
    }
  | { readonly kind: 'ambiguous'; readonly tools: readonly DescribedTool[] }
  | { readonly kind: 'bulk'; readonly tool: DescribedTool }
  | { readonly kind: 'cannot'; readonly because?: string };

interface Candidate {
  readonly tool: DescribedTool;
  readonly filling: Filling;
  readonly leftOver: readonly string[];
  readonly preference: number;
}

const preposition =
  /^(?:for|to|from|in|on|of|with|by|at|about|as|into|onto|via|between|that|who|whose|and|using|within|inside|under|regarding|concerning|through|called|named|titled|having|does|do|has|have|are|is)$/;
/** Written like a name that a machine knows: digits among letters, underscores, capitals inside or next to a hyphen. */
const identifier = /_|\p{Ll}\p{Lu}|\p{L}\d|\d\p{L}|\p{Lu}.*-|-\p{Lu}|^\d{3,}$/u;
/** What follows explains the order and is no part of it, as long as it names nothing. */
const explanation = /^(?:because|since|due|per|see|ref|reference|reason|fyi|regarding)$/;
/** Words about the naming of things rather than things. */
const neutral =
  /^(?:google|workspace|gsuite|atlassian|number|id|name|e?-?mails?|address|addresses|following)$/;
const exclusion = /^(?:except|excluding|without|not|besides|barring)$/;

/**
 * The tool that an order means, or why there is none. A tool is a candidate when its verb is one of the order's meanings, all
 * nouns of its name occur, and the object of the verb is one of them; what changes things needs all that in a plain order.
 */
export function chooseTool(tools: readonly DescribedTool[], order: OrderToDo, context: FillContext): Choice {
  const { kept, isNarrowed } = withoutExclusions(order.rest);
  const allowed = tools.filter(
    ({ action }) => order.actions.includes(action) && (!order.isQuestion || readActions.has(action)),
  );
  const candidates = allowed.flatMap((tool) => {
    const candidate = consider(tool, order, kept, context, tools);
    return candidate === undefined ? [] : [candidate];
  });
  const ranked = candidates.sort(
    (a, b) =>
      a.leftOver.length - b.leftOver.length ||
      a.filling.problems.length - b.filling.problems.length ||
      a.preference - b.preference ||
      a.filling.missing.length - b.filling.missing.length ||
      b.tool.nouns.length - a.tool.nouns.length ||
      (a.tool.wireName < b.tool.wireName ? -1 : 1),
  );
  const [best, second] = ranked;
  if (best === undefined) return { kind: 'cannot' };
  if (best.leftOver.length > 0) {
    return {
      kind: 'cannot',
      because: `${humanName(best.tool)} has no place for ${best.leftOver.map((part) => `"${part}"`).join(', ')}${needsOf(best)}`,
    };
  }
  const isTwin =
    second !== undefined &&
    second.tool.alias !== best.tool.alias &&
    second.leftOver.length === 0 &&
    second.tool.words.join(' ') === best.tool.words.join(' ') &&
    !kept.some(({ lower }) => lower === best.tool.alias || lower === second.tool.alias);
  if (isTwin) return { kind: 'ambiguous', tools: [best.tool, second.tool] };
  const { missing, problems, argumentSets } = best.filling;
  const isRead = readActions.has(best.tool.action);
  if (!isRead && (isNarrowed || (isBulk(kept) && missing.length > 0) || isEverybody(kept)))
    return { kind: 'bulk', tool: best.tool };
  if (isRead && isNarrowed)
    return { kind: 'cannot', because: `${humanName(best.tool)} can't leave anything out` };
  if (missing.length > 0 || problems.length > 0) return { kind: 'ask', tool: best.tool, missing, problems };
  return { kind: 'calls', tool: best.tool, argumentSets };
}

const isBulk = (tokens: readonly Token[]) =>
  tokens.some(({ lower }) => /^(?:all|every|any|each)$/.test(lower));

/** "everyone who …", "all users of …": whatever else is named, it is not one by one. */
function isEverybody(tokens: readonly Token[]): boolean {
  return tokens.some(
    ({ lower }, index) =>
      /^(?:everyone|everybody|anyone|anybody|whoever)$/.test(lower) ||
      (/^(?:all|every|any|each)$/.test(lower) && canonicalNoun(tokens[index + 1]?.lower ?? '') === 'user'),
  );
}

function consider(
  tool: DescribedTool,
  order: OrderToDo,
  tokens: readonly Token[],
  context: FillContext,
  tools: readonly DescribedTool[],
): Candidate | undefined {
  const aliases = new Set(tools.map(({ alias }) => alias));
  const named = tokens.filter(({ kind, lower }) => kind === 'word' && aliases.has(lower));
  if (named.length > 0 && !named.some(({ lower }) => lower === tool.alias)) return undefined;
  const words = new ClauseWords(tokens);
  const filling = fillArguments(tool, words, context);
  const present = nounsOf(words, tool, order, context);
  const object = objectOf(words, tool, order, aliases);
  const isCovered = tool.nouns.every((noun) => present.has(noun));
  if (object.kind === 'other') return undefined;
  // "suspend john": the verb leaves no doubt, only who is meant is missing.
  const isNear =
    !isCovered &&
    (object.kind === 'nameless' || object.kind === 'none') &&
    !tokens.some(({ kind }) => kind === 'entity') &&
    !readActions.has(tool.action) &&
    tools.filter(({ action }) => action === tool.action).length === 1 &&
    filling.missing.length > 0;
  if (!isCovered && !isNear) return undefined;
  return {
    tool,
    filling,
    leftOver: leftOver(words, tool, tools),
    preference: preferenceOf(tool, order, object.isPlural),
  };
}

/** Plural asks for the list, singular for the one thing; else the verb's likeliest meaning goes first. */
function preferenceOf(tool: DescribedTool, order: OrderToDo, objectIsPlural: boolean | undefined): number {
  const index = order.actions.indexOf(tool.action);
  if (objectIsPlural === undefined || !readActions.has(tool.action)) return index;
  return index + ((tool.action === 'list') === objectIsPlural ? 0 : 10);
}

/** The things that the words name or that an entity's form implies. */
function nounsOf(
  words: ClauseWords,
  tool: DescribedTool,
  order: OrderToDo,
  context: FillContext,
): ReadonlySet<string> {
  const nouns = new Set<string>();
  words.tokens.forEach((token, index) => {
    if (token.entity !== undefined) {
      if (token.entity.kind === 'email') nouns.add('user');
      if (token.entity.kind === 'account' || token.entity.kind === 'arn') {
        nouns.add('aws');
        if (token.entity.kind === 'arn' || /^(?:add|remove)$/.test(order.actions[0] ?? '')) nouns.add('role');
      }
      return;
    }
    if (token.kind !== 'word') return;
    const isAwsAccount =
      /^accounts?$/.test(token.lower) &&
      (words.tokens[index + 1]?.entity?.kind === 'account' || words.tokens[index - 1]?.lower === 'aws');
    if (!isAwsAccount && (!words.isUsed(index) || tool.nouns.includes(canonicalNoun(token.lower))))
      nouns.add(canonicalNoun(token.lower));
  });
  if (
    context.lastEmail !== undefined &&
    /(?:^| )(?:him|her|them|it|they|his|their)(?: |$)/.test(words.unusedWords().join(' '))
  )
    nouns.add('user');
  return nouns;
}

/**
 * What the verb acts on: the words behind it up to the first preposition. `mine` when the last thing named is one of the tool's,
 * `none` when an address or value stands there, `nameless` when only words of no known kind do, `other` for anything else.
 */
function objectOf(
  words: ClauseWords,
  tool: DescribedTool,
  _order: OrderToDo,
  aliases: ReadonlySet<string>,
): { readonly kind: 'mine' | 'none' | 'nameless' | 'other'; readonly isPlural?: boolean } {
  const isRead = readActions.has(tool.action);
  const phrase: string[] = [];
  let hasUnknown = false;
  let from = 0;
  for (let index = 0; index < words.tokens.length; index += 1) {
    const token = words.tokens[index];
    if (token === undefined) break;
    if (token.kind === 'punctuation') {
      if (phrase.length > 0 && token.text !== "'" && token.text !== '-') break;
      continue;
    }
    if (preposition.test(token.lower)) {
      // "information about", "a list of": what is looked at comes after.
      const isInfo = phrase.length > 0 && phrase.every((word) => infoNouns.has(singular(word)));
      if (isRead && (isInfo || phrase.length === 0)) {
        phrase.length = 0;
        from = index + 1;
        continue;
      }
      if (phrase.length === 0 && !hasUnknown && index === from) continue;
      break;
    }
    if (token.kind === 'entity' || stopWords.has(token.lower) || aliases.has(token.lower)) continue;
    const noun = canonicalNoun(token.lower);
    if (words.isUsed(index) && !tool.nouns.includes(noun)) continue;
    if (neutral.test(token.lower)) continue;
    if (token.isPossessive && !isRead) continue;
    // Capitals, digits and hyphens mark values, not kinds of things.
    if (
      /[\p{Lu}\d_-]/u.test(token.text.slice(1)) &&
      !tool.nouns.includes(noun) &&
      !foreignNouns.has(singular(token.lower))
    )
      continue;
    phrase.push(token.lower);
    if (!tool.nouns.includes(noun)) hasUnknown = true;
  }
  const own = phrase.findLastIndex((word) => tool.nouns.includes(canonicalNoun(word)));
  if (own >= 0) {
    const head = phrase[own] ?? '';
    const behind = phrase.slice(own + 1);
    if (behind.some((word) => foreignNouns.has(singular(word)) && !isOwnWord(tool, word)))
      return { kind: 'other' };
    return { kind: 'mine', isPlural: isPlural(head) };
  }
  const rest = phrase.filter((word) => !infoNouns.has(singular(word)) && !filterWords.has(word));
  if (rest.length === 0) return { kind: 'none' };
  const isKnown = rest.some(
    (word) =>
      foreignNouns.has(singular(word)) ||
      canonicalNoun(word) !== singular(word) ||
      actionsOf(word) !== undefined,
  );
  return { kind: isKnown || isKnownNoun(rest) ? 'other' : 'nameless' };
}

const isKnownNoun = (phrase: readonly string[]) =>
  phrase.some((word) => /^(?:users?|roles?|projects?|issues?|aws)$/.test(word));

/** Parts of the order that the tool can't honour: dropping them silently would be doing something else than asked. */
function leftOver(words: ClauseWords, tool: DescribedTool, tools: readonly DescribedTool[]): string[] {
  const entities = words.unusedEntities().map(({ value }) => value);
  const otherNouns = new Set(tools.flatMap(({ nouns }) => nouns).filter((noun) => noun !== 'user'));
  const things = words.unusedWords().filter((word) => {
    if (isOwnWord(tool, word)) return false;
    if (filterWords.has(word)) return tool.action === 'list';
    return foreignNouns.has(singular(word)) || (otherNouns.has(canonicalNoun(word)) && !stopWords.has(word));
  });
  const names = words.tokens.flatMap((token, index) => {
    if (token.kind !== 'word' || words.isUsed(index) || isOwnWord(tool, token.lower)) return [];
    const before = canonicalNoun(words.tokens[index - 1]?.lower ?? '');
    // "role Admin": a capital right behind one of the tool's nouns names one; people are named by their address.
    const isNamed =
      before !== 'user' &&
      tool.nouns.includes(before) &&
      /^\p{Lu}/u.test(token.text) &&
      !stopWords.has(token.lower);
    // "with title Engineer": a particular that the tool knows nothing of.
    const isParticular =
      !readActions.has(tool.action) &&
      !stopWords.has(token.lower) &&
      !neutral.test(token.lower) &&
      /^(?:with|having)$/.test(
        words.tokens[
          /^(?:an?|the|their|his|her)$/.test(words.tokens[index - 1]?.lower ?? '') ? index - 2 : index - 1
        ]?.lower ?? '',
      );
    return isNamed || isParticular || identifier.test(token.text) ? [token.text] : [];
  });
  return [...new Set([...entities, ...things, ...names, ...between(words, tool)])];
}

/**
 * Words between the verb and the first address that nobody accounts for: in "the person who reported a@x.com" somebody else
 * is meant than the one who is named.
 */
function between(words: ClauseWords, tool: DescribedTool): string[] {
  if (readActions.has(tool.action)) return [];
  const end = words.tokens.findIndex(({ entity }) => entity?.kind === 'email');
  return words.tokens.slice(0, Math.max(end, 0)).flatMap((token, index) => {
    if (token.kind !== 'word' || words.isUsed(index)) return [];
    if (/^(?:who|whom|whose|whoever|that|which)$/.test(token.lower)) {
      const isHarmless = token.lower === 'that' || neutral.test(words.tokens[index + 1]?.lower ?? '');
      return isHarmless ? [] : [token.text];
    }
    const isModifier = tool.nouns.includes(canonicalNoun(words.tokens[index + 1]?.lower ?? ''));
    const isKnown =
      stopWords.has(token.lower) ||
      neutral.test(token.lower) ||
      preposition.test(token.lower) ||
      infoNouns.has(singular(token.lower)) ||
      canonicalNoun(token.lower) === 'user' ||
      isOwnWord(tool, token.lower) ||
      token.lower === tool.alias ||
      /^\p{Lu}/u.test(token.text);
    return isKnown || isModifier ? [] : [token.text];
  });
}

function isOwnWord(tool: DescribedTool, word: string): boolean {
  const noun = canonicalNoun(word);
  return (
    tool.nouns.includes(noun) ||
    tool.words.includes(singular(word)) ||
    tool.properties.some(
      ({ name, words }) =>
        name.toLowerCase() === word || words.includes(singular(word)) || words.includes(word),
    )
  );
}

/** Cuts off "except …", "but not …": who is left out must not be taken for who is meant. */
function withoutExclusions(tokens: readonly Token[]): { kept: readonly Token[]; isNarrowed: boolean } {
  const text = (index: number) => tokens[index]?.text.toLowerCase() ?? '';
  const why = tokens.findIndex(
    ({ kind }, index) =>
      kind === 'word' && (explanation.test(text(index)) || isAsAgreed(text(index), text(index + 1))),
  );
  if (why > 0 && !tokens.slice(why).some(({ kind }) => kind === 'entity'))
    return withoutExclusions(tokens.slice(0, why));
  const at = tokens.findIndex(
    ({ kind }, index) =>
      kind === 'word' &&
      (exclusion.test(text(index)) ||
        (text(index) === 'other' && text(index + 1) === 'than') ||
        (text(index) === 'apart' && text(index + 1) === 'from')),
  );
  if (at < 0) return { kept: tokens, isNarrowed: false };
  const before = tokens.slice(0, at);
  const end = before.at(-1)?.lower === 'but' ? at - 1 : at;
  const hasEntity = before.some(({ kind }) => kind === 'entity');
  const isAll = before.some(({ lower }) => /^(?:all|every|everyone|everybody|anyone)$/.test(lower));
  return { kept: tokens.slice(0, end), isNarrowed: !hasEntity || isAll };
}

function needsOf({ filling, tool }: Candidate): string {
  const names = filling.missing.map((name) =>
    /^user.?key$/i.test(name) ? `${name} (an e-mail address)` : name,
  );
  return names.length === 0 || readActions.has(tool.action) ? '' : `, and it needs ${names.join(', ')}`;
}

function isAsAgreed(first: string, second: string): boolean {
  return (
    (first === 'as' && /^(?:per|requested|discussed|agreed)$/.test(second)) ||
    (first === 'according' && second === 'to')
  );
}

/** `google/create_user`, as people read it. */
export function humanName(tool: DescribedTool): string {
  return `${tool.alias === '' ? '' : `${tool.alias}/`}${tool.words.join('_')}`;
}
