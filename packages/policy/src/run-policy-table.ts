import { canonicalJson, type Decision } from '@hitl/core';
import { decideSafely } from './decide-safely.ts';
import type { PolicyEngine } from './policy-engine.ts';
import { type PolicyCase, parsePolicyTable } from './policy-table.ts';

export interface PolicyCaseResult {
  readonly name: string;
  readonly line: number;
  readonly is_passed: boolean;
  readonly decision: Decision;
  /** Empty when passed, else one line for each difference: what was expected and what came. */
  readonly differences: readonly string[];
}

export interface PolicyTableResult {
  readonly passed: number;
  readonly failed: number;
  readonly cases: readonly PolicyCaseResult[];
  /** For a terminal: a line for each case, and under a failed one its differences and the reasons given. */
  readonly text: string;
}

/**
 * Decides every case of a table and compares. @throws PolicyFileError when the table itself is wrong.
 */
export function runPolicyTable(engine: PolicyEngine, text: string, source = 'cases'): PolicyTableResult {
  const cases = parsePolicyTable(text, source).map((testCase): PolicyCaseResult => {
    const decision = decideSafely(engine, testCase.request);
    const differences = compare(testCase, decision);
    return {
      name: testCase.name,
      line: testCase.position.line,
      is_passed: differences.length === 0,
      decision,
      differences,
    };
  });
  const failed = cases.filter(({ is_passed }) => !is_passed).length;
  const lines = cases.flatMap((result) => describeResult(result, source));
  const passed = cases.length - failed;
  return { passed, failed, cases, text: [...lines, '', `${passed} passed, ${failed} failed`].join('\n') };
}

function compare({ expected }: PolicyCase, decision: Decision): string[] {
  const differences: string[] = [];
  const expectSame = (what: string, wanted: string, got: string) => {
    if (wanted !== got) differences.push(`${what}: expected ${wanted}, got ${got}`);
  };
  expectSame('effect', expected.effect, decision.effect);
  if (expected.category !== undefined) expectSame('category', expected.category, decision.category);
  const { rule } = expected;
  const ids = decision.rule_ids;
  const isRuleRight = rule === undefined || (rule === 'default' ? ids.length === 0 : ids.includes(rule));
  if (!isRuleRight) expectSame('rule', rule, ids.length === 0 ? 'default' : ids.join(', '));
  for (const [member, wanted] of Object.entries(expected.requirement ?? {})) {
    if (wanted === undefined) continue;
    const got = decision.requirement?.[member as keyof NonNullable<Decision['requirement']>];
    expectSame(
      `requirement.${member}`,
      canonicalJson(wanted),
      got === undefined ? 'none' : canonicalJson(got),
    );
  }
  return differences;
}

function describeResult(result: PolicyCaseResult, source: string): string[] {
  if (result.is_passed) return [`ok    ${result.name}`];
  const { rule_ids, reasons } = result.decision;
  return [
    `FAIL  ${result.name} (${source}:${result.line})`,
    ...result.differences.map((difference) => `        ${difference}`),
    ...reasons.map((reason, i) => `        because ${rule_ids[i] ?? 'default'}: ${reason}`),
  ];
}
