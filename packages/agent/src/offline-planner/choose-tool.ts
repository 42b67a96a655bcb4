import type { JsonObject } from '@hitl/core';
import { ClauseWords } from './clause-words.ts';
import { cutExclusions } from './cut-exclusions.ts';
import { type DescribedTool, readActions } from './describe-tool.ts';
import { fillArguments } from './fill-arguments.ts';
import type { FillContext, Filling } from './filling.ts';
import { findLeftOver } from './find-left-over.ts';
import { findNouns, findObject } from './find-object.ts';
import { canonicalNoun } from './lexicon.ts';
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

/**
 * The tool that an order means, or why there is none. A tool is a candidate when its verb is one of the order's meanings, all
 * nouns of its name occur, and the object of the verb is one of them; what changes things needs all that in a plain order.
 */
export function chooseTool(tools: readonly DescribedTool[], order: OrderToDo, context: FillContext): Choice {
  const { kept, isNarrowed } = cutExclusions(order.rest);
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
  if (best === undefined) {
    const isAsked =
      order.isQuestion &&
      tools.some(({ action }) => order.actions.includes(action) && !readActions.has(action));
    return isAsked
      ? { kind: 'cannot', because: 'a question changes nothing; say it as an order' }
      : { kind: 'cannot' };
  }
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
  const present = findNouns(words, tool, order.actions[0] ?? '', context);
  const object = findObject(words, tool, aliases);
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
    leftOver: findLeftOver(words, tool, tools),
    preference: preferenceOf(tool, order, object.isPlural),
  };
}

/** Plural asks for the list, singular for the one thing; else the verb's likeliest meaning goes first. */
function preferenceOf(tool: DescribedTool, order: OrderToDo, objectIsPlural: boolean | undefined): number {
  const index = order.actions.indexOf(tool.action);
  if (objectIsPlural === undefined || !readActions.has(tool.action)) return index;
  return index + ((tool.action === 'list') === objectIsPlural ? 0 : 10);
}

function needsOf({ filling, tool }: Candidate): string {
  const names = filling.missing.map((name) =>
    /^user.?key$/i.test(name) ? `${name} (an e-mail address)` : name,
  );
  return names.length === 0 || readActions.has(tool.action) ? '' : `, and it needs ${names.join(', ')}`;
}

/** `google/create_user`, as people read it. */
export function humanName(tool: DescribedTool): string {
  return `${tool.alias === '' ? '' : `${tool.alias}/`}${tool.words.join('_')}`;
}
