import {
  type ApprovalState,
  ForbiddenError,
  meetsAssurance,
  type Principal,
  type RunState,
} from '@hitl/core';
import { isAmong, stoppersOf } from './approvers.ts';

/**
 * Why this person may not cancel the run; `undefined` when they may: its requester, and every approver of any request that it made, one
 * escalated to from when they count. Not acting is the safe side, so neither the votes nor an edit nor a decision take the right away.
 */
export function whyNotCancel(run: RunState, principal: Principal, nowMs: number): ForbiddenError | undefined {
  if (principal.id === run.started.principal.id) return undefined;
  const asked = [...run.approvals.values()].filter(
    (approval) =>
      principal.kind === 'user' && isAmong(stoppersOf(approval, countedUntil(approval, nowMs)), principal),
  );
  if (asked.length === 0)
    return new ForbiddenError(
      'forbidden',
      `only the requester or an approver of one of its requests may cancel a run; ${principal.id} is neither`,
    );
  // Otherwise a name alone would stop what it can't reject.
  if (asked.some(({ requirement }) => meetsAssurance(principal.assurance, requirement.assurance)))
    return undefined;
  const demanded = [...new Set(asked.map(({ requirement }) => requirement.assurance))].join(' or ');
  return new ForbiddenError(
    'assurance_too_low',
    `to cancel this an approver must be ${demanded}; ${principal.id} is ${principal.assurance} here`,
  );
}

/** Nobody is escalated to once a request is decided or its time is over. */
function countedUntil(approval: ApprovalState, nowMs: number): number {
  return Math.min(
    nowMs,
    Date.parse(approval.expires_at),
    Date.parse(approval.decided_at ?? approval.expires_at),
  );
}
