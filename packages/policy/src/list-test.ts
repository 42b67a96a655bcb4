import { type AddProblem, describeValue, isMapping } from './add-problem.ts';
import { unknownWord } from './closest-word.ts';

/** One of `values`, or, where `is_negated`, none of them. Written `a`, `[a, b]` or `{ not: [a, b] }`. */
export interface ListTest<T extends string = string> {
  readonly values: readonly T[];
  readonly is_negated: boolean;
}

export function readListTest<T extends string>(
  input: unknown,
  add: AddProblem,
  problemOf: (value: string) => string | undefined,
): ListTest<T> {
  const isNegated = isMapping(input);
  const below: AddProblem = isNegated ? (path, message) => add(['not', ...path], message) : add;
  if (isNegated) {
    for (const key of Object.keys(input)) if (key !== 'not') add([key], unknownWord('key', key, ['not']));
  }
  const list = isNegated ? input.not : input;
  const items = Array.isArray(list) ? list : [list];
  if (items.length === 0) below([], 'is an empty list, which nothing can match; name at least one');
  const values: T[] = [];
  for (const [i, item] of items.entries()) {
    const path = Array.isArray(list) ? [i] : [];
    if (typeof item !== 'string' || item === '') {
      below(path, `is ${describeValue(item)}; must be a text, a list of texts or { not: … }`);
      continue;
    }
    const problem = problemOf(item);
    if (problem !== undefined) below(path, problem);
    else if (!values.includes(item as T)) values.push(item as T);
  }
  return { values, is_negated: isNegated };
}
