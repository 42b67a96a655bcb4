import type { ApprovalRequirement } from '@hitl/core';
import type { ApprovalBlock } from './policy-schema.ts';

/**
 * What an approval asks for where the file says nothing: one vote out of `group:approvers`, by somebody authenticated, within
 * a day, with a reminder after an hour. Where the directory has no such group nobody can approve, and the request
 * expires unexecuted.
 */
export const fallbackRequirement: ApprovalRequirement = {
  steps: [{ from: ['group:approvers'], votes: 1 }],
  expires_in_seconds: 86_400,
  assurance: 'authenticated',
  remind_after_seconds: [3_600],
  escalate: [],
};

/** Fills what `block` leaves out from `base`; the result is frozen, since decisions share it. */
export function completeRequirement(
  block: ApprovalBlock | undefined,
  base: ApprovalRequirement,
): ApprovalRequirement {
  const given = Object.fromEntries(Object.entries(block ?? {}).filter(([, value]) => value !== undefined));
  return deepFreeze(structuredClone({ ...base, ...given }));
}

export function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    for (const member of Object.values(value)) deepFreeze(member);
    Object.freeze(value);
  }
  return value;
}
