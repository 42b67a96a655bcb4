import { type AddProblem, describeValue, isMapping } from './add-problem.ts';
import { unknownWord } from './closest-word.ts';
import { regexProblem } from './regex.ts';

export type Scalar = string | number | boolean;

export interface LengthTest {
  readonly equals?: number;
  readonly gt?: number;
  readonly gte?: number;
  readonly lt?: number;
  readonly lte?: number;
}

/**
 * What is asked of one argument; all members must hold.
 *
 * - `equals`, `in`: same type and value. `not`: another test that must not hold.
 * - `matches`: RE2, searched anywhere. `prefix`, `suffix`: of text, case matters.
 * - `domain`: the part after the `@` of a plain e-mail address, any case, no subdomains.
 * - `gt, gte, lt, lte`: of numbers. `length`: characters of a text or elements of a list.
 * - `exists`: whether the argument is there at all.
 */
export interface ArgumentTest {
  readonly equals?: Scalar;
  readonly in?: readonly Scalar[];
  readonly not?: ArgumentTest;
  readonly matches?: string;
  readonly prefix?: string;
  readonly suffix?: string;
  readonly domain?: readonly string[];
  readonly gt?: number;
  readonly gte?: number;
  readonly lt?: number;
  readonly lte?: number;
  readonly exists?: boolean;
  readonly length?: LengthTest;
}

export const comparisons = ['gt', 'gte', 'lt', 'lte'] as const;
const lengthOperators = ['equals', ...comparisons] as const;
export const argumentOperators = [
  'equals',
  'in',
  'not',
  'matches',
  'prefix',
  'suffix',
  'domain',
  ...comparisons,
  'exists',
  'length',
] as const satisfies readonly (keyof ArgumentTest)[];

export const domainShape = /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)+$/;

/** Reads one test, expanding the shorthands: a scalar is `equals`, a number under `length` is its `equals`. */
export function readArgumentTest(input: unknown, add: AddProblem): ArgumentTest {
  if (isScalar(input)) return { equals: readScalar(input, [], add) };
  if (!isMapping(input)) {
    add(
      [],
      `is ${describeValue(input)}; write a value, or operators such as { in: [a, b] } or { exists: false }`,
    );
    return {};
  }
  const entries = Object.entries(input);
  if (entries.length === 0) add([], `has no operator; known: ${argumentOperators.join(', ')}`);
  const test: Record<string, unknown> = {};
  for (const [operator, operand] of entries) {
    const below: AddProblem = (path, message) => add([operator, ...path], message);
    const reader = Object.hasOwn(readers, operator) ? readers[operator as keyof ArgumentTest] : undefined;
    if (reader === undefined) below([], unknownWord('operator', operator, argumentOperators));
    else test[operator] = reader(operand, below);
  }
  return test as ArgumentTest;
}

const readers: {
  readonly [O in keyof ArgumentTest]-?: (operand: unknown, add: AddProblem) => ArgumentTest[O];
} = {
  equals: (operand, add) => readScalar(operand, [], add),
  in: (operand, add) => readList(operand, add, (item, i) => readScalar(item, [i], add)),
  not: (operand, add) =>
    Array.isArray(operand) ? { in: readers.in(operand, add) ?? [] } : readArgumentTest(operand, add),
  matches: (operand, add) => {
    const pattern = readText(operand, [], add);
    const problem = regexProblem(pattern);
    if (problem !== undefined) add([], `${JSON.stringify(pattern)} ${problem}`);
    return pattern;
  },
  prefix: (operand, add) => readText(operand, [], add),
  suffix: (operand, add) => readText(operand, [], add),
  domain: (operand, add) =>
    readList(Array.isArray(operand) ? operand : [operand], add, (item, i) => {
      const domain = readText(item, Array.isArray(operand) ? [i] : [], add).toLowerCase();
      if (!domainShape.test(domain)) add([], `"${domain}" is not a domain such as example.com`);
      return domain;
    }),
  gt: readNumber,
  gte: readNumber,
  lt: readNumber,
  lte: readNumber,
  exists: (operand, add) => {
    if (typeof operand !== 'boolean') add([], `is ${describeValue(operand)}; must be true or false`);
    return operand === true;
  },
  length: (operand, add) => {
    if (typeof operand === 'number') return { equals: readNumber(operand, add) };
    if (!isMapping(operand) || Object.keys(operand).length === 0) {
      add([], `is ${describeValue(operand)}; must be a number or one of ${lengthOperators.join(', ')}`);
      return {};
    }
    const test: Record<string, number> = {};
    for (const [operator, bound] of Object.entries(operand)) {
      const below: AddProblem = (path, message) => add([operator, ...path], message);
      if ((lengthOperators as readonly string[]).includes(operator))
        test[operator] = readNumber(bound, below);
      else below([], unknownWord('operator of length', operator, lengthOperators));
    }
    return test;
  },
};

export function isScalar(value: unknown): value is Scalar {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}

function readScalar(value: unknown, path: readonly (string | number)[], add: AddProblem): Scalar {
  if (!isScalar(value)) {
    add(path, `is ${describeValue(value)}; must be a text, a number, true or false`);
    return '';
  }
  // Beyond 2^53 two different integers read as the same number.
  if (typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)) {
    add(path, 'is a number too large to be exact; put it in quotes to compare it as text');
  }
  if (typeof value === 'number' && !Number.isFinite(value)) add(path, 'must be a finite number');
  return value;
}

function readText(value: unknown, path: readonly (string | number)[], add: AddProblem): string {
  if (typeof value === 'string' && value !== '') return value;
  add(path, `is ${describeValue(value)}; must be a text that is not empty`);
  return ' ';
}

function readNumber(value: unknown, add: AddProblem): number {
  if (typeof value === 'number' && Number.isFinite(value)) return value;
  add([], `is ${describeValue(value)}; must be a number`);
  return 0;
}

function readList<T>(
  value: unknown,
  add: AddProblem,
  readItem: (item: unknown, index: number) => T,
): readonly T[] {
  if (Array.isArray(value) && value.length > 0) return value.map(readItem);
  add(
    [],
    `is ${Array.isArray(value) ? 'an empty list' : describeValue(value)}; must be a list with at least one entry`,
  );
  return [];
}
