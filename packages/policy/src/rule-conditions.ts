import { type ApprovalCategory, approvalCategories } from '@hitl/core';
import { z } from 'zod';
import { type AddProblem, describeValue, isMapping, problemsInto } from './add-problem.ts';
import { parseArgumentPath } from './argument-path.ts';
import { type ArgumentTest, readArgumentTest } from './argument-test.ts';
import { unknownWord } from './closest-word.ts';
import { type ListTest, readListTest } from './list-test.ts';
import { parseTimeWindow } from './time-window.ts';
import { globProblem, toolGlobProblem } from './tool-glob.ts';
import { isZone } from './zone-clock.ts';

export interface TimeTest {
  /** Cron-like windows; inside any of them counts. */
  readonly window: readonly string[];
  readonly zone: string;
}

/**
 * A budget of `n` calls in `per_seconds`. An allow rule holds while the budget is not used up; an approval or deny rule
 * holds once it is.
 */
export interface RateTest {
  readonly n: number;
  readonly per_seconds: number;
}

/** All conditions that are given must hold. */
export interface RuleConditions {
  /** Principal ids (globs), optionally as `user:ID` or `service:ID`. */
  readonly principals?: ListTest;
  readonly groups?: ListTest;
  readonly category?: ListTest<ApprovalCategory>;
  /** Globs over `server/tool`. */
  readonly tools?: ListTest;
  readonly servers?: ListTest;
  readonly environment?: ListTest;
  /** By path: `amount`, `owner.email`, `issues[].summary`. */
  readonly arguments?: Readonly<Record<string, ArgumentTest>>;
  readonly time?: TimeTest;
  readonly rate?: RateTest;
}

type Reader<T> = (input: unknown, add: AddProblem) => T;

const readers: { readonly [K in keyof RuleConditions]-?: Reader<NonNullable<RuleConditions[K]>> } = {
  principals: (input, add) => readListTest(input, add, globProblem),
  groups: (input, add) =>
    readListTest(input, add, (group) => {
      if (group.startsWith('group:')) return `"${group}" has a prefix; write ${group.slice(6)} here`;
      return /[*?]/.test(group) ? `"${group}" is a glob; groups are named in full` : undefined;
    }),
  category: (input, add) =>
    readListTest(input, add, (word) =>
      (approvalCategories as readonly string[]).includes(word)
        ? undefined
        : unknownWord('category', word, approvalCategories),
    ),
  tools: (input, add) => readListTest(input, add, toolGlobProblem),
  servers: (input, add) => readListTest(input, add, globProblem),
  environment: (input, add) =>
    readListTest(input, add, (name) =>
      /[*?]/.test(name) ? `"${name}" is a glob; environments are named in full` : undefined,
    ),
  arguments: readArguments,
  time: readTime,
  rate: readRate,
};
export const conditionNames = Object.keys(readers) as readonly (keyof RuleConditions)[];

/** `when` of a rule. Shorthands are expanded, so that two ways to write the same are the same policy. */
export const ruleConditionsSchema = z.unknown().transform((input, context): RuleConditions => {
  const add = problemsInto(context);
  if (!isMapping(input) || Object.keys(input).length === 0) {
    add(
      [],
      `is ${isMapping(input) ? 'empty' : describeValue(input)}; name at least one condition; for every call write { tools: "*" }`,
    );
    return {};
  }
  const conditions: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(input)) {
    const below: AddProblem = (path, message) => add([name, ...path], message);
    const reader = Object.hasOwn(readers, name) ? readers[name as keyof RuleConditions] : undefined;
    if (reader === undefined) below([], unknownWord('condition', name, conditionNames));
    else conditions[name] = reader(value, below);
  }
  return conditions as RuleConditions;
});

function readArguments(input: unknown, add: AddProblem): Record<string, ArgumentTest> {
  if (!isMapping(input) || Object.keys(input).length === 0) {
    add(
      [],
      `is ${isMapping(input) ? 'empty' : describeValue(input)}; must map argument names to what they must be`,
    );
    return {};
  }
  return Object.fromEntries(
    Object.entries(input).map(([path, test]) => {
      if (parseArgumentPath(path) === undefined) {
        add([path], `"${path}" is no argument path; write name, parent.name or list[].name`);
      }
      return [path, readArgumentTest(test, (below, message) => add([path, ...below], message))];
    }),
  );
}

function readTime(input: unknown, add: AddProblem): TimeTest {
  const nothing: TimeTest = { window: [], zone: 'UTC' };
  if (!isMapping(input)) {
    add([], `is ${describeValue(input)}; must be { window: "* 9-16 * * mon-fri", zone: Europe/Berlin }`);
    return nothing;
  }
  rejectUnknownKeys(input, ['window', 'zone'], add);
  const { zone } = input;
  if (typeof zone !== 'string' || !isZone(zone)) {
    add(['zone'], `is ${describeValue(zone)}; must be a time zone such as Europe/Berlin or UTC`);
  }
  const windows = Array.isArray(input.window) ? input.window : [input.window];
  if (windows.length === 0) add(['window'], 'is an empty list; name at least one window');
  for (const [i, window] of windows.entries()) {
    const path = Array.isArray(input.window) ? ['window', i] : ['window'];
    if (typeof window !== 'string') {
      add(path, `is ${describeValue(window)}; must be five cron fields such as "* 9-16 * * mon-fri"`);
      continue;
    }
    try {
      parseTimeWindow(window);
    } catch (error) {
      add(path, error instanceof Error ? error.message : String(error));
    }
  }
  return { window: windows.map(String), zone: String(zone) };
}

function readRate(input: unknown, add: AddProblem): RateTest {
  if (!isMapping(input)) {
    add([], `is ${describeValue(input)}; must be { n: 10, per_seconds: 3600 }`);
    return { n: 1, per_seconds: 1 };
  }
  rejectUnknownKeys(input, ['n', 'per_seconds'], add);
  const read = (key: 'n' | 'per_seconds'): number => {
    const value = input[key];
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 1) return value;
    add([key], `is ${describeValue(value)}; must be a whole number of at least 1`);
    return 1;
  };
  return { n: read('n'), per_seconds: read('per_seconds') };
}

function rejectUnknownKeys(input: Record<string, unknown>, known: readonly string[], add: AddProblem): void {
  for (const key of Object.keys(input)) if (!known.includes(key)) add([key], unknownWord('key', key, known));
}
