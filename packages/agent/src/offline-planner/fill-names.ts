import type { ClauseWords } from './clause-words.ts';
import type { DescribedTool } from './describe-tool.ts';
import type { Values } from './filling.ts';
import { actionsOf, nameParticles } from './lexicon.ts';

const announcements = [
  'full name',
  'named',
  'called',
  'name is',
  'name',
  'user',
  'employee',
  'colleague',
  'person',
  'account for',
  'for',
];
/** Capitalised words of the trade that are nobody's name. */
const properNouns =
  /^(?:google|workspace|jira|aws|amazon|iam|saml|slack|admin|directory|id|ou|it|hr|mr|mrs|ms|dr)$/;

/**
 * Splits a person's full name where the tool wants it in two. Two words, or one word and a name with a particle ("van der
 * Berg"), are clear; with three words only the person knows which belong together.
 */
export function fillNames(tool: DescribedTool, words: ClauseWords, values: Values, problems: string[]): void {
  const first = tool.properties.find(({ words: own }) => /^(?:first|given) name$/.test(own.join(' ')));
  const last = tool.properties.find(({ words: own }) =>
    /^(?:last|family) name$|^surname$/.test(own.join(' ')),
  );
  if (first === undefined || last === undefined || values.has(first.name) || values.has(last.name)) return;
  const found = findFullName(words);
  if (found === undefined) return;
  const [given, ...rest] = found.words;
  if (given === undefined || rest.length === 0) return;
  const isClear = rest.length === 1 || nameParticles.has((rest[0] ?? '').toLowerCase());
  if (!isClear) {
    problems.push(`Which part of "${found.words.join(' ')}" is the first name and which the last name?`);
    words.use(found.from, found.to);
    return;
  }
  values.set(first.name, [given]);
  values.set(last.name, [rest.join(' ')]);
  words.use(found.from, found.to);
}

function findFullName(
  words: ClauseWords,
): { words: readonly string[]; from: number; to: number } | undefined {
  for (const phrase of announcements) {
    const at = words.find(phrase);
    if (at < 0) continue;
    let from = at + phrase.split(' ').length;
    while (/^(?:is|:|=|the|new|user|called|named)$/.test(words.tokens[from]?.lower ?? '')) from += 1;
    const quoted = words.tokens[from]?.entity;
    if (
      quoted?.kind === 'quoted' &&
      /^\p{L}[\p{L}\p{M}'’.-]*(?: \p{L}[\p{L}\p{M}'’.-]*)+$/u.test(quoted.value)
    ) {
      return { words: quoted.value.split(' '), from, to: from + 1 };
    }
    // Lower-case words are a name only where one is announced, and then exactly two of them.
    const { words: name, to } = words.nameAt(from, true);
    const isCapitalised =
      name.length >= 2 && name.every((word) => /^\p{Lu}/u.test(word) || nameParticles.has(word));
    const isPlainPair = name.length === 2 && phrase !== 'for' && phrase !== 'name';
    const isProper = name.some((word) => properNouns.test(word.toLowerCase()));
    if ((isCapitalised || isPlainPair) && !isProper) return { words: name, from, to };
  }
  for (let from = 0; from < words.tokens.length; from += 1) {
    const token = words.tokens[from];
    if (
      token === undefined ||
      !/^\p{Lu}/u.test(token.text) ||
      properNouns.test(token.lower) ||
      actionsOf(token.lower) !== undefined
    )
      continue;
    const { words: name, to } = words.nameAt(from, false);
    if (name.length >= 2 && !name.some((word) => properNouns.test(word.toLowerCase())))
      return { words: name, from, to };
    from = Math.max(from, to - 1);
  }
  return undefined;
}
