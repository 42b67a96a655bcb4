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
  // Equal blocks become one object, so that merging them is recognised as nothing to do.
  const requirements = new Map<string, ApprovalRequirement>([
    [canonicalJson(defaultRequirement), defaultRequirement],
  ]);
  const requirementOf = (rule: Policy['rules'][number]): ApprovalRequirement => {
    if (rule.approval === undefined) return defaultRequirement;
    const requirement = completeRequirement(rule.approval, defaultRequirement);
    const key = canonicalJson(requirement);
    const known = requirements.get(key) ?? requirement;
    requirements.set(key, known);
    return known;
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
