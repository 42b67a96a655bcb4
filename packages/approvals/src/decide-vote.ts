import {
  type ApprovalState,
  type Channel,
  ConflictError,
  ForbiddenError,
  type HitlError,
  InvalidInputError,
  meetsAssurance,
  type Principal,
  type VoteDecision,
} from '@hitl/core';
import { approversOf, isAmong, stoppersOf } from './approvers.ts';
import type { RunEventOf } from './run-event-of.ts';
import { tallyVotes } from './tally-votes.ts';
import { tooLate } from './too-late.ts';

export interface CastBallot {
  /** Who votes: resolved from the directory for this very vote, with the assurance of the channel it came through. */
  readonly principal: Principal;
  readonly decision: VoteDecision;
  /** The digest that the voter saw. */
  readonly digest: string;
  readonly reason?: string | undefined;
  readonly channel: Channel;
  /** SHA-256 of the card as this voter saw it, where the channel knows it. */
  readonly rendered_digest?: string | undefined;
}

export type VoteVerdict =
  | { readonly kind: 'accepted'; readonly event: RunEventOf<'vote-cast'> }
  | { readonly kind: 'refused'; readonly event: RunEventOf<'vote-refused'>; readonly error: HitlError };

/**
 * Whether a vote counts. Either way there is an event for the record; the refusal's `code` is the error's. An accepted vote
 * decides nothing by itself: `settleApproval` reads the decision from the votes.
 */
export function decideVote(
  approval: ApprovalState,
  ballot: CastBallot,
  context: { readonly nowMs: number; readonly voteId: string },
): VoteVerdict {
  const { approval_id } = approval;
  const { principal, decision, digest, channel } = ballot;
  const error = refusal(approval, ballot, context.nowMs);
  if (error !== undefined) {
    const data = {
      approval_id,
      principal_id: principal.id,
      channel,
      decision,
      code: error.code,
      detail: error.message,
    };
    return { kind: 'refused', event: { type: 'vote-refused', data }, error };
  }
  const reason = ballot.reason?.trim();
  const vote = {
    vote_id: context.voteId,
    principal_id: principal.id,
    groups: [...principal.groups],
    decision,
    digest,
    ...(reason === undefined || reason === '' ? {} : { reason }),
    channel,
    assurance: principal.assurance,
    step: tallyVotes(approval).index,
    at: new Date(context.nowMs).toISOString(),
    ...(ballot.rendered_digest === undefined ? {} : { rendered_digest: ballot.rendered_digest }),
  };
  return { kind: 'accepted', event: { type: 'vote-cast', data: { approval_id, vote } } };
}

function refusal(approval: ApprovalState, ballot: CastBallot, nowMs: number): HitlError | undefined {
  const { principal } = ballot;
  const earlier = approval.votes.find(
    (vote) =>
      vote.principal_id === principal.id &&
      vote.decision === ballot.decision &&
      vote.digest === ballot.digest,
  );
  if (earlier !== undefined)
    return new ConflictError('already_voted', `${principal.id} voted ${earlier.decision} at ${earlier.at}`);
  const late = tooLate(approval, nowMs);
  if (late !== undefined) return late;
  if (ballot.digest !== approval.digest) return staleDigest(approval);
  return whyNotEligible(approval, ballot, nowMs);
}

/** Says that the voter saw something else. The current digest is left out on purpose: it must be read together with the calls. */
export function staleDigest(approval: ApprovalState): ConflictError {
  const lastEditor = approval.editors.at(-1);
  const cause =
    lastEditor === undefined
      ? 'the digest is not the one of this request'
      : `it was edited by ${lastEditor} in the meantime`;
  return new ConflictError(
    'digest_mismatch',
    `approval ${approval.approval_id}: ${cause}; read it again and decide on what it says now`,
  );
}

function whyNotEligible(approval: ApprovalState, ballot: CastBallot, nowMs: number): HitlError | undefined {
  const { principal, decision } = ballot;
  const { requirement } = approval;
  if (principal.id === approval.requester_id) {
    return new ForbiddenError(
      'requester_may_not_vote',
      `${principal.id} asked for this and can't vote on it; a requester withdraws by cancelling`,
    );
  }
  if (approval.editors.includes(principal.id))
    return new ForbiddenError('editor_may_not_vote', `${principal.id} edited this and can't vote on it`);
  // Groups may hold service accounts; a human in the loop is a human.
  if (principal.kind !== 'user')
    return new ForbiddenError('not_an_approver', `${principal.id} is a service; only people vote`);
  const { index } = tallyVotes(approval);
  const entitled = decision === 'approve' ? approversOf(approval, index, nowMs) : stoppersOf(approval, nowMs);
  if (!isAmong(entitled, principal)) {
    const steps = requirement.steps.length === 1 ? '' : `step ${index + 1} of ${requirement.steps.length} `;
    return new ForbiddenError(
      'not_an_approver',
      `${principal.id} is not among those who may ${decision} now: ${steps}${entitled.join(', ')}`,
    );
  }
  if (!meetsAssurance(principal.assurance, requirement.assurance)) {
    return new ForbiddenError(
      'assurance_too_low',
      `this needs a voter who is ${requirement.assurance}; ${principal.id} is ${principal.assurance} here`,
    );
  }
  if (decision === 'reject' && (ballot.reason ?? '').trim() === '') {
    const message = 'a rejection needs a reason that the requester can read';
    return new InvalidInputError(message, { errors: [{ path: 'reason', message }] });
  }
  return undefined;
}
