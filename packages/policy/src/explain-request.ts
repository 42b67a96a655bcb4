import type { Decision } from '@hitl/core';
import type { CategoryExplanation } from './categorize-call.ts';
import type { CompiledRule } from './compiled-rule.ts';
import type { Frame } from './frame.ts';
import type { PolicyRequest } from './policy-request.ts';
import { isMatch, no, type Truth, unknown, yes } from './truth.ts';

export interface ConditionExplanation {
  /** `tools`, `arguments.amount` … */
  readonly condition: string;
  /** `unknown`: the request doesn't say enough to tell. */
  readonly outcome: 'met' | 'not_met' | 'unknown';
  readonly expected: string;
  readonly actual: string;
}

export interface RuleExplanation {
  readonly rule_id: string;
  readonly effect: Decision['effect'];
  readonly is_matched: boolean;
  /** True when the rule is among those that made the decision. */
  readonly is_decisive: boolean;
  readonly conditions: readonly ConditionExplanation[];
  /** One line for people. */
  readonly text: string;
}

export interface Explanation {
  readonly decision: Decision;
  readonly category: CategoryExplanation;
  /** In the file's order. */
  readonly rules: readonly RuleExplanation[];
}

const outcomes = { [no]: 'not_met', [yes]: 'met', [unknown]: 'unknown' } as const satisfies Record<
  Truth,
  string
>;

/** Tries every rule and every condition of it, without the index: the account is complete and independent of the search. */
export function explainRequest(
  request: PolicyRequest,
  decision: Decision,
  category: CategoryExplanation,
  rules: readonly CompiledRule[],
): Explanation {
  const frame: Frame = { request, category: category.category };
  const decisive = new Set(decision.rule_ids);
  return {
    decision,
    category,
    rules: rules.map(({ rule, conditions: compiled }): RuleExplanation => {
      const conditions = compiled.map((condition) => ({
        condition: condition.name,
        outcome: outcomes[condition.evaluate(frame)],
        expected: condition.expected(),
        actual: condition.actual(frame),
      }));
      const isMatched = isMatch(rule.effect, truthOfAll(conditions));
      return {
        rule_id: rule.id,
        effect: rule.effect,
        is_matched: isMatched,
        is_decisive: decisive.has(rule.id),
        conditions,
        text: inWords(rule.effect, isMatched, decisive.has(rule.id), conditions, decision.effect),
      };
    }),
  };
}

function truthOfAll(conditions: readonly ConditionExplanation[]): Truth {
  if (conditions.some(({ outcome }) => outcome === 'not_met')) return no;
  return conditions.some(({ outcome }) => outcome === 'unknown') ? unknown : yes;
}

function inWords(
  effect: Decision['effect'],
  isMatched: boolean,
  isDecisive: boolean,
  conditions: readonly ConditionExplanation[],
  decided: Decision['effect'],
): string {
  const unclear = conditions.filter(({ outcome }) => outcome === 'unknown').map(describe);
  if (isMatched) {
    const because =
      unclear.length === 0 ? 'all conditions hold' : `fails closed, because ${unclear.join('; ')}`;
    return `${effect}: matched (${because})${isDecisive ? '' : `, but ${decided} overrides ${effect}`}`;
  }
  const failed = conditions.filter(({ outcome }) => outcome === 'not_met').map(describe);
  return `${effect}: not matched, because ${[...failed, ...(failed.length === 0 ? unclear : [])].join('; ')}`;
}

function describe({ condition, expected, actual }: ConditionExplanation): string {
  return `${condition}: expected ${expected}, got ${actual}`;
}
