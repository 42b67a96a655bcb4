import type { ClauseWords } from './clause-words.ts';
import { type DescribedTool, readActions } from './describe-tool.ts';
import type { FillContext } from './filling.ts';
import { isOwnWord } from './find-left-over.ts';
import {
  actionsOf,
  canonicalNoun,
  filterWords,
  foreignNouns,
  infoNouns,
  isPlural,
  neutralWord,
  preposition,
  singular,
  stopWords,
} from './lexicon.ts';

/** The things that the words name or that an entity's form implies. */
export function findNouns(
  words: ClauseWords,
  tool: DescribedTool,
  action: string,
  context: FillContext,
): ReadonlySet<string> {
  const nouns = new Set<string>();
  words.tokens.forEach((token, index) => {
    if (token.entity !== undefined) {
      if (token.entity.kind === 'email') nouns.add('user');
      if (token.entity.kind === 'account' || token.entity.kind === 'arn') {
        nouns.add('aws');
        if (token.entity.kind === 'arn' || /^(?:add|remove)$/.test(action)) nouns.add('role');
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
export function findObject(
  words: ClauseWords,
  tool: DescribedTool,
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
    if (neutralWord.test(token.lower)) continue;
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
