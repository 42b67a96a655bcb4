import type { ClauseWords } from './clause-words.ts';
import { type DescribedTool, readActions } from './describe-tool.ts';
import {
  canonicalNoun,
  filterWords,
  foreignNouns,
  infoNouns,
  neutralWord,
  preposition,
  singular,
  stopWords,
} from './lexicon.ts';

/** Written like a name that a machine knows: digits among letters, underscores, capitals inside or next to a hyphen. */
const identifier = /_|\p{Ll}\p{Lu}|\p{L}\d|\d\p{L}|\p{Lu}.*-|-\p{Lu}|^\d{3,}$/u;
/** Parts of the order that the tool can't honour: dropping them silently would be doing something else than asked. */
export function findLeftOver(
  words: ClauseWords,
  tool: DescribedTool,
  tools: readonly DescribedTool[],
): string[] {
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
      !neutralWord.test(token.lower) &&
      /^(?:with|having)$/.test(
        words.tokens[
          /^(?:an?|the|their|his|her)$/.test(words.tokens[index - 1]?.lower ?? '') ? index - 2 : index - 1
        ]?.lower ?? '',
      );
    // A second "called …" that no argument has taken.
    const isCalled = /^(?:called|named|titled)$/.test(words.tokens[index - 1]?.lower ?? '');
    return isNamed || isParticular || isCalled || identifier.test(token.text) ? [token.text] : [];
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
      const isHarmless = token.lower === 'that' || neutralWord.test(words.tokens[index + 1]?.lower ?? '');
      return isHarmless ? [] : [token.text];
    }
    const isModifier = tool.nouns.includes(canonicalNoun(words.tokens[index + 1]?.lower ?? ''));
    const isKnown =
      stopWords.has(token.lower) ||
      neutralWord.test(token.lower) ||
      preposition.test(token.lower) ||
      infoNouns.has(singular(token.lower)) ||
      canonicalNoun(token.lower) === 'user' ||
      isOwnWord(tool, token.lower) ||
      token.lower === tool.alias ||
      /^\p{Lu}/u.test(token.text);
    return isKnown || isModifier ? [] : [token.text];
  });
}

export function isOwnWord(tool: DescribedTool, word: string): boolean {
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
