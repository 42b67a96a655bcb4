import { type ApprovalRequirement, mergeRequirements } from '@hitl/core';
import type { CompiledRule } from './compiled-rule.ts';
import { deepFreeze } from './default-requirement.ts';

const capacity = 1_000;

/** The requirement of several matching approval rules. Few combinations occur, so they are kept. */
export function createRequirementMerger(): (
  rules: readonly CompiledRule[],
) => ApprovalRequirement | undefined {
  const numbers = new Map<ApprovalRequirement, number>();
  const merged = new Map<string, ApprovalRequirement>();
  return (rules) => {
    const distinct: ApprovalRequirement[] = [];
    for (const { requirement } of rules) {
      if (requirement !== undefined && !distinct.includes(requirement)) distinct.push(requirement);
    }
    if (distinct.length < 2) return distinct[0];
    let key = '';
    for (const requirement of distinct) {
      let number = numbers.get(requirement);
      if (number === undefined) {
        number = numbers.size;
        numbers.set(requirement, number);
      }
      key += `${number} `;
    }
    let whole = merged.get(key);
    if (whole === undefined) {
      whole = deepFreeze(structuredClone(mergeRequirements(distinct)));
      if (merged.size >= capacity) merged.clear();
      merged.set(key, whole);
    }
    return whole;
  };
}
