import type { ClauseWords } from './clause-words.ts';
import type { DescribedTool } from './describe-tool.ts';
import type { Values } from './filling.ts';
import { canonicalNoun, stopWords, valueStops } from './lexicon.ts';

/** `^arn:aws:iam::\d{12}:role/[a-zA-Z0-9_-]+$` → `['arn:aws:iam::', ':role/', …]`: an account id and a name make the ARN. */
const arnPattern = /^\^(arn:[\w-]+:[\w-]+:[\w-]*:)(?:\\d|\[0-9\])\{12\}(:([\w-]+)\/)(\[[^\]]+\][+*])\$$/;

/**
 * Assembles an ARN where the request names the account and the role, and the schema's pattern says how the two make an ARN.
 * A word that may merely describe the role ("the admin role") is not taken for its name: role names are exact.
 */
export function fillRoleArn(
  tool: DescribedTool,
  words: ClauseWords,
  values: Values,
  problems: string[],
): void {
  for (const property of tool.properties) {
    if (values.has(property.name)) continue;
    const shape = arnPattern.exec(String(property.schema.pattern ?? ''));
    const [, head, middle, kind, nameShape] = shape ?? [];
    if (head === undefined || middle === undefined || kind === undefined) continue;
    const names = findNames(
      words,
      kind === 'role' ? ['role', 'roles'] : [kind, kind.replaceAll('-', ' '), 'identity provider'],
      kind === 'role',
    );
    if (names.length === 0) continue;
    const accounts = words.entities('account');
    const [account] = accounts;
    if (account === undefined) {
      // The name is given, the account is not: the whole argument stays missing, and the question says so.
      for (const { from, to } of names) words.use(from, to);
      continue;
    }
    if (accounts.length > 1) {
      for (const { index } of accounts) words.use(index);
      for (const { from, to } of names) words.use(from, to);
      problems.push(
        `Which account does ${names.map(({ text }) => text).join(', ')} belong to: ${accounts.map(({ value }) => value).join(' or ')}?`,
      );
      continue;
    }
    const bad = names.find(({ text }) => !new RegExp(`^${nameShape}$`, 'u').test(text));
    if (bad !== undefined) problems.push(`"${bad.text}" can't be the name of a ${kind}.`);
    values.set(
      property.name,
      names.map(({ text }) => `${head}${account.value}${middle}${text}`),
    );
    words.use(account.index);
    for (const { from, to } of names) words.use(from, to);
  }
}

interface Name {
  readonly text: string;
  readonly from: number;
  readonly to: number;
}

function findNames(words: ClauseWords, nouns: readonly string[], isRole: boolean): Name[] {
  for (const noun of nouns) {
    const at = words.find(noun);
    if (at < 0) continue;
    const after = nameAfter(words, at + noun.split(' ').length);
    if (after.length > 0) return after;
    const before = identifierAt(words, at - 1);
    if (before !== undefined) return [before];
  }
  if (!isRole) return [];
  // "grant NMD-Admin in 123456789012 to …": nothing else in the clause looks like an identifier.
  const loose = words.tokens.flatMap((_, index) => {
    const name = identifierAt(words, index);
    return name === undefined ? [] : [name];
  });
  return loose.length === 1 ? loose : [];
}

/** "role NMD-Admin", "role named NMD-Admin", "roles A and B". */
function nameAfter(words: ClauseWords, from: number): Name[] {
  let at = from;
  while (/^(?:called|named|name|:|=|is)$/.test(words.tokens[at]?.lower ?? '')) at += 1;
  const found: Name[] = [];
  for (; at < words.tokens.length; at += 1) {
    const token = words.tokens[at];
    if (token === undefined || words.isUsed(at)) break;
    if (found.length > 0 && /^(?:,|and|&)$/.test(token.lower)) continue;
    const isName =
      token.entity === undefined
        ? token.kind === 'word' &&
          !stopWords.has(token.lower) &&
          !valueStops.has(token.lower) &&
          !/^(?:accounts?|arn|id)$/.test(token.lower)
        : token.entity.kind === 'quoted';
    // Further names of a list must look like names; the first one stands where a name must stand.
    if (!isName || (found.length > 0 && identifierAt(words, at) === undefined)) break;
    found.push({ text: token.text, from: at, to: at + 1 });
  }
  return found;
}

/** A word written like an identifier: with capitals, digits, hyphens or underscores, or in quotation marks. */
function identifierAt(words: ClauseWords, index: number): Name | undefined {
  const token = words.tokens[index];
  if (token === undefined || words.isUsed(index) || token.isPossessive) return undefined;
  const isIdentifier =
    token.entity === undefined
      ? token.kind === 'word' &&
        /[\p{Lu}\d_-]/u.test(token.text) &&
        !/^\d+$/.test(token.text) &&
        !/^(?:aws|iam|saml|sso|google|workspace|e-mail|i|jira|id)$/.test(token.lower) &&
        !['user', 'role', 'aws'].includes(canonicalNoun(token.lower))
      : token.entity.kind === 'quoted';
  return isIdentifier ? { text: token.text, from: index, to: index + 1 } : undefined;
}
