import type { ApprovalRequirement } from '@hitl/core';
import { compileRules } from './compile-rules.ts';
import type { PolicyDocument } from './parse-policy.ts';

export interface Asking {
  /** `undefined`: what no rule matches. */
  readonly rule_id?: string;
  readonly requirement: ApprovalRequirement;
}

/** Whom a policy may ask, rule by rule, with what the rules leave to the file's defaults. */
export function listApprovers({ policy }: PolicyDocument): Asking[] {
  const { rules, defaultRequirement } = compileRules(policy);
  return [
    ...rules.flatMap(({ rule, requirement }) =>
      requirement === undefined ? [] : [{ rule_id: rule.id, requirement }],
    ),
    ...(policy.default === 'approval' ? [{ requirement: defaultRequirement }] : []),
  ];
}
