import { isSecretKey, redacted, redactSecrets } from '@hitl/core';
import { type ArgumentPath, missing, mistyped, resolveSingle, resolveSpread } from './argument-path.ts';
import type { ArgumentTest, LengthTest } from './argument-test.ts';
import type { ListTest } from './list-test.ts';
import type { RateTest, TimeTest } from './rule-conditions.ts';

/** Conditions and values in words, for explanations. */
export function describeList({ values, is_negated }: ListTest): string {
  const list = values.join(', ');
  if (is_negated) return values.length === 1 ? `anything but ${list}` : `none of ${list}`;
  return values.length === 1 ? list : `one of ${list}`;
}

export function describeArgumentTest(test: ArgumentTest): string {
  const parts: string[] = [];
  const { exists, domain, length, not } = test;
  if (exists !== undefined) parts.push(exists ? 'present' : 'absent');
  if (test.equals !== undefined) parts.push(`equal to ${JSON.stringify(test.equals)}`);
  if (test.in !== undefined) parts.push(`one of ${test.in.map((item) => JSON.stringify(item)).join(', ')}`);
  if (test.matches !== undefined) parts.push(`matching /${test.matches}/`);
  if (test.prefix !== undefined) parts.push(`beginning with ${JSON.stringify(test.prefix)}`);
  if (test.suffix !== undefined) parts.push(`ending with ${JSON.stringify(test.suffix)}`);
  if (domain !== undefined) parts.push(`an address at ${domain.join(' or ')}`);
  parts.push(...describeBounds(test));
  if (length !== undefined) {
    const exactly = length.equals === undefined ? [] : [`${length.equals}`];
    parts.push(`of length ${[...exactly, ...describeBounds(length)].join(' and ')}`);
  }
  if (not !== undefined) parts.push(`not (${describeArgumentTest(not)})`);
  return parts.join(' and ');
}

function describeBounds(bounds: Omit<LengthTest, 'equals'>): string[] {
  const parts: string[] = [];
  if (bounds.gt !== undefined) parts.push(`> ${bounds.gt}`);
  if (bounds.gte !== undefined) parts.push(`>= ${bounds.gte}`);
  if (bounds.lt !== undefined) parts.push(`< ${bounds.lt}`);
  if (bounds.lte !== undefined) parts.push(`<= ${bounds.lte}`);
  return parts;
}

export function describeTime(test: TimeTest): string {
  return `within ${test.window.map((window) => `"${window}"`).join(' or ')} in ${test.zone}`;
}

export function describeRate(test: RateTest, effect: string): string {
  const budget = `${test.n} calls in ${test.per_seconds} s`;
  return effect === 'allow' ? `fewer than ${budget}` : `at least ${budget}`;
}

/** The argument as the call has it: at most 120 characters, secrets left out. */
export function describeArgument(path: ArgumentPath, args: unknown): string {
  if (path.steps.some((step) => step !== 'each' && isSecretKey(step.key))) return redacted;
  if (!path.isSpread) return describeResolved(resolveSingle(path, args));
  const values = resolveSpread(path, args);
  if (values.length === 0) return 'no element';
  return shorten(values.slice(0, 20).map(describeResolved).join(', '));
}

function describeResolved(value: unknown): string {
  if (value === missing || value === undefined) return 'missing';
  if (value === mistyped) return 'not readable at this path';
  return shorten(JSON.stringify(redactSecrets(value)));
}

function shorten(text: string): string {
  return text.length > 120 ? `${text.slice(0, 119)}…` : text;
}
