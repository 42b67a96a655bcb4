import { approvalCategories } from '@hitl/core';
import type { ArgumentTest } from './argument-test.ts';
import type { CategoryTable } from './categorize-call.ts';
import { compileValueTest } from './compile-argument-test.ts';
import { globsOverlap } from './glob-relations.ts';
import type { PolicyRule } from './policy-schema.ts';
import { canOccur, parseTimeWindow } from './time-window.ts';
import { isExactTool, splitToolGlob } from './tool-glob.ts';
import { yes } from './truth.ts';

export interface Contradiction {
  /** Below the rule. */
  readonly path: readonly string[];
  readonly message: string;
}

/** A condition, or a pair of them, that no request can meet; `undefined` when none is found. */
export function findContradiction({ when }: PolicyRule, table: CategoryTable): Contradiction | undefined {
  const { tools, servers, category, time } = when;
  for (const name of ['tools', 'servers', 'principals'] as const) {
    const test = when[name];
    if (test?.is_negated === true && test.values.includes('*')) {
      return { path: ['when', name], message: `${name} leaves nothing, since * is excluded` };
    }
  }
  const categories = approvalCategories.filter(
    (word) => category === undefined || category.values.includes(word) !== category.is_negated,
  );
  if (categories.length === 0) {
    return { path: ['when', 'category'], message: 'category excludes every category there is' };
  }
  if (tools !== undefined && !tools.is_negated) {
    const isApart = (tool: string) =>
      !servers?.values.some((server) => globsOverlap(server, splitToolGlob(tool)[0]));
    if (servers !== undefined && !servers.is_negated && tools.values.every(isApart)) {
      return { path: ['when', 'servers'], message: 'no tool of "tools" is on a server of "servers"' };
    }
    const gravest = approvalCategories.indexOf(categories.at(-1) ?? 'read');
    const isAbove = (tool: string) => {
      const own = isExactTool(tool) ? table(...splitToolGlob(tool)) : undefined;
      return own !== undefined && approvalCategories.indexOf(own) > gravest;
    };
    if (tools.values.every(isAbove)) {
      return {
        path: ['when', 'category'],
        message:
          'the category table puts every tool of this rule above these categories, and a category is never lowered',
      };
    }
  }
  if (time !== undefined && !time.window.some((window) => canOccur(parseTimeWindow(window)))) {
    return { path: ['when', 'time', 'window'], message: 'no calendar has such a date' };
  }
  for (const [path, test] of Object.entries(when.arguments ?? {})) {
    const message = contradictionIn(test);
    if (message !== undefined) return { path: ['when', 'arguments', path], message };
  }
  return undefined;
}

function contradictionIn(test: ArgumentTest): string | undefined {
  const operators = Object.keys(test);
  if (test.exists === false && operators.some((name) => name !== 'exists' && name !== 'not')) {
    return 'the argument must be absent and have a value';
  }
  const values = test.equals === undefined ? test.in : [test.equals];
  if (values !== undefined) {
    const isMet = compileValueTest(test);
    if (!values.some((value) => isMet(value) === yes)) return 'no value meets all of these operators';
  }
  const lowest = Math.max(test.gt ?? Number.NEGATIVE_INFINITY, test.gte ?? Number.NEGATIVE_INFINITY);
  const highest = Math.min(test.lt ?? Number.POSITIVE_INFINITY, test.lte ?? Number.POSITIVE_INFINITY);
  const isOpen = test.gt === lowest || test.lt === highest;
  if (lowest > highest || (lowest === highest && isOpen)) return 'no number lies within these bounds';
  const isNumber = ['gt', 'gte', 'lt', 'lte'].some((name) => operators.includes(name));
  const isText = ['prefix', 'suffix', 'matches', 'domain'].some((name) => operators.includes(name));
  if (isNumber && (isText || test.length !== undefined)) return 'no value is a number and a text';
  return undefined;
}
