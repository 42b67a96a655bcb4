import type { ClauseWords } from './clause-words.ts';
import type { DescribedTool, ToolProperty } from './describe-tool.ts';
import type { Values } from './filling.ts';
import { byNeed, isEmailProperty, isKind, matches, patternOf } from './property-kind.ts';

/** Values whose form says what they are: addresses, ARNs, domains, paths, URLs. */
export function fillByForm(
  tool: DescribedTool,
  words: ClauseWords,
  values: Values,
  problems: string[],
): void {
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

/** Account ids that no ARN has taken. */
export function fillAccounts(
  tool: DescribedTool,
  words: ClauseWords,
  values: Values,
  problems: string[],
): void {
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
