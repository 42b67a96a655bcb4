import type { ApprovalState, CallState, DirectoryEntry, GrantState, Vote } from '@hitl/core';
import { decideVote } from '../decide-vote.ts';
import type { GrantEventOf } from './grant-event-of.ts';
import { matchesGrant } from './matches-grant.ts';

export interface GrantRequest {
  readonly run_id: string;
  readonly requester_id: string;
  readonly call: CallState;
  readonly environment: string;
  /** The pending request for this call, and for no other: a grant can't speak for calls that it does not match. */
  readonly approval: ApprovalState;
  /** The grantor as the directory knows them now; `undefined` when it does not any more. */
  readonly grantor: Pick<DirectoryEntry, 'id' | 'kind' | 'groups'> | undefined;
  readonly nowMs: number;
  readonly voteId: string;
}

export type GrantUse =
  /** `event` goes to the grant's stream first, then the vote to the run's. It is `undefined` when this use is recorded already. */
  | { readonly kind: 'used'; readonly event: GrantEventOf<'grant-used'> | undefined; readonly vote: Vote }
  | {
      readonly kind: 'refused';
      readonly code: string;
      readonly detail: string;
      readonly event: GrantEventOf<'grant-refused'>;
    };

/**
 * Turns a grant into one vote of its grantor for the open step, under all the rules of votes and with the assurance that the
 * grantor had when granting. Each call uses a grant up once, however often this is asked. A grantor who has left the directory or
 * the group since, or who joined it only later, does not count.
 */
export function decideGrantUse(state: GrantState, request: GrantRequest): GrantUse {
  const { grant } = state;
  const { call, approval, grantor } = request;
  const refuse = (code: string, detail: string): GrantUse => ({
    kind: 'refused',
    code,
    detail,
    event: { type: 'grant-refused', data: { principal_id: request.requester_id, code, detail } },
  });

  if (approval.requester_id !== request.requester_id || !matchesGrant(grant, request))
    return refuse(
      'grant_does_not_match',
      `grant ${grant.grant_id} does not cover ${call.server}/${call.tool}`,
    );
  if (approval.call_ids.length !== 1 || approval.call_ids[0] !== call.call_id)
    return refuse(
      'grant_does_not_match',
      'a grant speaks for one call; this request is not for that call alone',
    );
  if (state.revoked_by !== undefined)
    return refuse('grant_revoked', `grant ${grant.grant_id} was revoked by ${state.revoked_by}`);
  if (request.nowMs >= Date.parse(grant.expires_at))
    return refuse('grant_expired', `grant ${grant.grant_id} expired at ${grant.expires_at}`);
  if (grantor === undefined || grantor.id !== grant.grantor_id)
    return refuse('unknown_principal', `the directory does not know ${grant.grantor_id} any more`);
  const isUsedAlready = state.uses.some(
    (use) => use.run_id === request.run_id && use.call_id === call.call_id,
  );
  if (!isUsedAlready && state.uses.length >= grant.max_uses)
    return refuse('grant_exhausted', `grant ${grant.grant_id} has been used ${grant.max_uses} times`);

  const verdict = decideVote(
    approval,
    {
      principal: {
        id: grantor.id,
        kind: grantor.kind,
        groups: grantor.groups.filter((group) => grant.grantor_groups.includes(group)),
        assurance: grant.assurance,
      },
      decision: 'approve',
      digest: approval.digest,
      reason: grant.reason,
      channel: grant.channel,
    },
    { nowMs: request.nowMs, voteId: request.voteId },
  );
  if (verdict.kind === 'refused') return refuse(verdict.error.code, verdict.error.message);
  const vote = { ...verdict.event.data.vote, grant_id: grant.grant_id };
  if (isUsedAlready) return { kind: 'used', event: undefined, vote };
  const data = { run_id: request.run_id, call_id: call.call_id, digest: call.digest };
  return { kind: 'used', event: { type: 'grant-used', data }, vote };
}
