import { type ArgumentPath, missing, mistyped, resolveSingle, resolveSpread } from './argument-path.ts';
import { type ArgumentTest, domainShape, isScalar, type LengthTest, type Scalar } from './argument-test.ts';
import { compileRegex } from './regex.ts';
import { no, not, type Truth, truthOf, unknown, yes } from './truth.ts';

export type ValueTest = (value: unknown) => Truth;

/**
 * Compiles the test of one path over all arguments of a call. A path with `[]` holds when it holds for every element and
 * fails when it fails for every one; a mix (and an empty list) is `unknown`, so that an allow rule needs all elements to
 * fit and a deny or approval rule needs only one.
 */
export function compileArgumentTest(path: ArgumentPath, test: ArgumentTest): (args: unknown) => Truth {
  const testValue = compileValueTest(test);
  if (!path.isSpread) return (args) => testValue(resolveSingle(path, args));
  return (args) => {
    const values = resolveSpread(path, args);
    let met = 0;
    let failed = 0;
    for (const value of values) {
      const truth = testValue(value);
      if (truth === yes) met += 1;
      else if (truth === no) failed += 1;
    }
    if (values.length === 0) return unknown;
    return met === values.length ? yes : failed === values.length ? no : unknown;
  };
}

/** All operators must hold; one that certainly fails decides, whatever the others can't tell. */
export function compileValueTest(test: ArgumentTest): ValueTest {
  const parts = operatorTests(test);
  const [first, second] = parts;
  if (first !== undefined && second === undefined) return first;
  return (value) => {
    let all: Truth = yes;
    for (const part of parts) {
      const truth = part(value);
      if (truth === no) return no;
      if (truth === unknown) all = unknown;
    }
    return all;
  };
}

function operatorTests(test: ArgumentTest): ValueTest[] {
  const tests: ValueTest[] = [];
  if (test.exists !== undefined) tests.push(existence(test.exists));
  if (test.equals !== undefined) tests.push(equality(test.equals));
  if (test.in !== undefined) tests.push(membership(test.in));
  if (test.gt !== undefined || test.gte !== undefined || test.lt !== undefined || test.lte !== undefined) {
    const isWithin = range(test);
    tests.push((value) =>
      typeof value === 'number' && !Number.isNaN(value) ? truthOf(isWithin(value)) : unknown,
    );
  }
  const { prefix, suffix, matches, domain, length } = test;
  if (prefix !== undefined) tests.push(ofText((text) => text.startsWith(prefix)));
  if (suffix !== undefined) tests.push(ofText((text) => text.endsWith(suffix)));
  if (domain !== undefined) tests.push(mailDomain(domain));
  if (matches !== undefined) {
    tests.push(ofText(searchFor(matches)));
  }
  if (length !== undefined) tests.push(lengthWithin(length));
  if (test.not !== undefined) {
    const inner = compileValueTest(test.not);
    tests.push((value) => not(inner(value)));
  }
  return tests;
}

/** Most patterns are plain words, which need no automaton. */
function searchFor(pattern: string): (text: string) => boolean {
  if (/^[\w :@/-]+$/.test(pattern)) return (text) => text.includes(pattern);
  const regex = compileRegex(pattern);
  return (text) => regex.test(text);
}

/** `null` is neither there nor absent: tools differ in what they make of it. */
function existence(expected: boolean): ValueTest {
  return (value) => {
    if (value === mistyped || value === null) return unknown;
    return truthOf((value !== missing && value !== undefined) === expected);
  };
}

function equality(expected: Scalar): ValueTest {
  return (value) => (value === expected ? yes : typeof value === typeof expected ? no : unknown);
}

function membership(expected: readonly Scalar[]): ValueTest {
  const set = new Set<unknown>(expected);
  const kinds = new Set(expected.map((item) => typeof item as string));
  return (value) => (set.has(value) ? yes : kinds.has(typeof value) && isScalar(value) ? no : unknown);
}

function ofText(test: (text: string) => boolean): ValueTest {
  return (value) => (typeof value === 'string' ? truthOf(test(value)) : unknown);
}

/** Anything but one plain `name@domain` is `unknown`: what a mail system would make of it can't be told from here. */
function mailDomain(domains: readonly string[]): ValueTest {
  const set = new Set(domains);
  return (value) => {
    if (typeof value !== 'string') return unknown;
    const at = value.indexOf('@');
    if (at < 1 || !/^[^\s<>"(),;:\\]+$/.test(value)) return unknown;
    const domain = value.slice(at + 1).toLowerCase();
    if (set.has(domain)) return yes;
    return domainShape.test(domain) ? no : unknown;
  };
}

function range(bounds: Omit<LengthTest, 'equals'>): (value: number) => boolean {
  const { gt, gte, lt, lte } = bounds;
  return (value) =>
    (gt === undefined || value > gt) &&
    (gte === undefined || value >= gte) &&
    (lt === undefined || value < lt) &&
    (lte === undefined || value <= lte);
}

function lengthWithin(bounds: LengthTest): ValueTest {
  const { equals } = bounds;
  const isInRange = range(bounds);
  const isWithin = (count: number) => (equals === undefined || count === equals) && isInRange(count);
  return (value) => {
    if (Array.isArray(value)) return truthOf(isWithin(value.length));
    return typeof value === 'string' ? truthOf(isWithin(codePointCount(value))) : unknown;
  };
}

function codePointCount(text: string): number {
  let count = 0;
  for (const _character of text) count += 1;
  return count;
}
