import { canonicalJson } from '@hitl/core';
import type { ArgumentTest, Scalar } from './argument-test.ts';
import { compileValueTest } from './compile-argument-test.ts';
import { yes } from './truth.ts';

type Operator = keyof ArgumentTest;

/** Operators that only a value of one type can meet, so that another type is `unknown` to all of them alike. */
const ofNumbers = ['gt', 'gte', 'lt', 'lte'] as const;
const ofTexts = ['prefix', 'suffix', 'matches', 'domain'] as const;

/**
 * True only if a value that lets `narrow` match lets `wide` match too. `isGate` says that `narrow` belongs to a deny or
 * approval rule, which matches on values that it can't judge as well.
 */
export function argumentTestCovers(wide: ArgumentTest, narrow: ArgumentTest, isGate: boolean): boolean {
  if (canonicalJson(wide) === canonicalJson(narrow)) return true;
  return (Object.keys(wide) as Operator[]).every((operator) =>
    operatorCovers(operator, wide, narrow, isGate),
  );
}

function operatorCovers(
  operator: Operator,
  wide: ArgumentTest,
  narrow: ArgumentTest,
  isGate: boolean,
): boolean {
  if (operator in narrow && canonicalJson(wide[operator]) === canonicalJson(narrow[operator])) return true;
  if (operator === 'exists') return wide.exists === true && !isGate && demandsValue(narrow);
  const values = narrow.equals === undefined ? narrow.in : [narrow.equals];
  if (values !== undefined && (!isGate || judgesSameTypes(operator, wide, values))) {
    const test = compileValueTest({ [operator]: wide[operator] });
    if (values.every((value) => test(value) === yes)) return true;
  }
  switch (operator) {
    case 'prefix':
      return narrow.prefix?.startsWith(wide.prefix ?? '') === true;
    case 'suffix':
      return narrow.suffix?.endsWith(wide.suffix ?? '') === true;
    case 'domain':
      return narrow.domain?.every((domain) => wide.domain?.includes(domain)) === true;
    case 'gt':
    case 'gte':
      return lowestBeyond(wide, narrow);
    case 'lt':
    case 'lte':
      return highestBelow(wide, narrow);
    default:
      return false;
  }
}

function lowestBeyond(wide: ArgumentTest, narrow: ArgumentTest): boolean {
  const { gt, gte } = narrow;
  const isBeyond = (bound: number, isOpen: boolean) =>
    (wide.gt === undefined || bound > wide.gt || (isOpen && bound === wide.gt)) &&
    (wide.gte === undefined || bound >= wide.gte);
  return (gt !== undefined && isBeyond(gt, true)) || (gte !== undefined && isBeyond(gte, false));
}

function highestBelow(wide: ArgumentTest, narrow: ArgumentTest): boolean {
  const { lt, lte } = narrow;
  const isBelow = (bound: number, isOpen: boolean) =>
    (wide.lt === undefined || bound < wide.lt || (isOpen && bound === wide.lt)) &&
    (wide.lte === undefined || bound <= wide.lte);
  return (lt !== undefined && isBelow(lt, true)) || (lte !== undefined && isBelow(lte, false));
}

function demandsValue(test: ArgumentTest): boolean {
  return Object.keys(test).some((operator) => operator !== 'exists' && operator !== 'not');
}

/** Whether `operator` is `unknown` for every type that is not the (single) type of `values`. */
function judgesSameTypes(operator: Operator, wide: ArgumentTest, values: readonly Scalar[]): boolean {
  const kinds = new Set<string>(values.map((value) => typeof value));
  if (kinds.size !== 1) return false;
  if (operator === 'equals' || operator === 'in') {
    const judged = operator === 'equals' ? [wide.equals] : (wide.in ?? []);
    return judged.every((value) => kinds.has(typeof value));
  }
  if ((ofNumbers as readonly string[]).includes(operator)) return kinds.has('number');
  return (ofTexts as readonly string[]).includes(operator) && kinds.has('string');
}
