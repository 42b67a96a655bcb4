import type { ClauseWords } from './clause-words.ts';
import type { DescribedTool } from './describe-tool.ts';
import { fillAccounts, fillByForm } from './fill-by-form.ts';
import { fillByPhrase, fillEnumerations, fillKey, fillTitle } from './fill-by-phrase.ts';
import { fillList } from './fill-list.ts';
import { fillNames } from './fill-names.ts';
import { fillRoleArn } from './fill-role-arn.ts';
import type { FillContext, Filling, Values } from './filling.ts';
import { byNeed, isEmailProperty, isKind } from './property-kind.ts';
import { settleArguments } from './settle-arguments.ts';

/** Reads a tool's arguments out of a clause by the tool's schema; marks the words that it used. */
export function fillArguments(tool: DescribedTool, words: ClauseWords, context: FillContext): Filling {
  const values: Values = new Map();
  const problems: string[] = [];
  fillByForm(tool, words, values, problems);
  fillRoleArn(tool, words, values, problems);
  fillLists(tool, words, values);
  fillByPhrase(tool, words, values);
  fillKey(tool, words, values);
  fillAccounts(tool, words, values, problems);
  fillNames(tool, words, values, problems);
  fillEnumerations(tool, words, values);
  fillTitle(tool, words, values);
  fillPronoun(tool, words, values, context);
  return settleArguments(tool, values, problems);
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
