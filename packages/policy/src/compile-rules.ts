import { type ApprovalRequirement, canonicalJson } from '@hitl/core';
import { createConditionCompiler } from './compile-conditions.ts';
import type { CompiledRule } from './compiled-rule.ts';
import { completeRequirement, fallbackRequirement } from './default-requirement.ts';
import type { Policy } from './policy-schema.ts';

export interface CompiledRules {
  readonly rules: readonly CompiledRule[];
  readonly conditionCount: number;
  readonly defaultRequirement: ApprovalRequirement;
}

export function compileRules(policy: Policy): CompiledRules {
  const compiler = createConditionCompiler();
  const defaultRequirement = completeRequirement(policy.default_approval, fallbackRequirement);
  // Equal requirements become one object, so that merging them is recognised as nothing to do.
  const requirements = new Map([[canonicalJson(defaultRequirement), defaultRequirement]]);
  const byBlock = new Map<string, ApprovalRequirement>();
  const requirementOf = ({ approval }: Policy['rules'][number]): ApprovalRequirement => {
    if (approval === undefined) return defaultRequirement;
    const written = JSON.stringify(approval);
    const known = byBlock.get(written);
    if (known !== undefined) return known;
    const completed = completeRequirement(approval, defaultRequirement);
    const key = canonicalJson(completed);
    const requirement = requirements.get(key) ?? completed;
    requirements.set(key, requirement);
    byBlock.set(written, requirement);
    return requirement;
  };
  const rules = policy.rules.map(
    (rule, index): CompiledRule => ({
      index,
      rule,
      reason: rule.reason ?? `Rule ${rule.id} matched.`,
      conditions: compiler.compile(rule),
      requirement: rule.effect === 'approval' ? requirementOf(rule) : undefined,
    }),
  );
  return { rules, conditionCount: compiler.count, defaultRequirement };
}
