import type { ApprovalRequirement } from '@hitl/core';
import type { Condition } from './condition.ts';
import type { PolicyRule } from './policy-schema.ts';

export interface CompiledRule {
  /** Place in the file, from 0. */
  readonly index: number;
  readonly rule: PolicyRule;
  readonly reason: string;
  readonly conditions: readonly Condition[];
  /** Of approval rules only; frozen. */
  readonly requirement: ApprovalRequirement | undefined;
}
