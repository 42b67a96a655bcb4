import type { ApprovalState } from '@hitl/core';
import type { RunEventOf } from './run-event-of.ts';
import { tallyVotes } from './tally-votes.ts';

/**
 * The decision that the recorded votes and the time imply, if they imply one. A vote and its decision are two writes: whoever
 * finds the first without the second calls this and writes the same decision. Votes count by when they were cast, so a quorum
 * that was reached before expiry is an approval however late it is settled. Any rejection that counts wins.
 */
export function settleApproval(
  approval: ApprovalState,
  nowMs: number,
): RunEventOf<'approval-decided'> | undefined {
  if (approval.status !== 'pending') return undefined;
  const { approval_id } = approval;
  const { index, counted, rejection } = tallyVotes(approval);
  if (rejection !== undefined) {
    return decided({
      approval_id,
      status: 'rejected',
      by: [rejection.principal_id],
      ...(rejection.reason === undefined ? {} : { reason: rejection.reason }),
    });
  }
  if (index === approval.requirement.steps.length)
    return decided({ approval_id, status: 'approved', by: counted.map((vote) => vote.principal_id) });
  if (nowMs >= Date.parse(approval.expires_at)) {
    const reason = `nobody decided before ${approval.expires_at}`;
    return decided({ approval_id, status: 'expired', by: [], reason });
  }
  return undefined;
}

function decided(data: RunEventOf<'approval-decided'>['data']): RunEventOf<'approval-decided'> {
  return { type: 'approval-decided', data };
}
