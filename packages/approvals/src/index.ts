export { decideCancel } from './decide-cancel.ts';
export {
  checkEdit,
  decideEdit,
  type EditVerdict,
  type ProposedEdit,
  type Reevaluation,
} from './decide-edit.ts';
export { type CastBallot, decideVote, type VoteVerdict } from './decide-vote.ts';
export { dueActions, nextDueAt } from './due-actions.ts';
export { applyGrantEvent, parseGrantEvent } from './grants/apply-grant-event.ts';
export {
  decideGrantCreation,
  type GrantWish,
  maximumGrantDays,
  maximumGrantUses,
} from './grants/decide-grant-creation.ts';
export { decideGrantRevocation } from './grants/decide-grant-revocation.ts';
export { decideGrantUse, type GrantRequest, type GrantUse } from './grants/decide-grant-use.ts';
export type { GrantEventOf } from './grants/grant-event-of.ts';
export { type GrantedCall, matchesGrant } from './grants/matches-grant.ts';
export { type OpenStep, openStep } from './open-step.ts';
export { requestApproval } from './request-approval.ts';
export type { RunEventOf } from './run-event-of.ts';
export { settleApproval } from './settle-approval.ts';
export { whyNotCancel } from './why-not-cancel.ts';
