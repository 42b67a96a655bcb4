import { type ApprovalState, ConflictError } from '@hitl/core';
import { settleApproval } from './settle-approval.ts';

/**
 * The error for whoever comes too late, which says who decided and when; `undefined` while the request can still be decided.
 * Votes that are complete but not settled yet count as decided: nothing may be added to them.
 */
export function tooLate(approval: ApprovalState, nowMs: number): ConflictError | undefined {
  const { approval_id, expires_at } = approval;
  const decided = approval.status === 'pending' ? settleApproval(approval, nowMs)?.data : undefined;
  const status = decided?.status ?? approval.status;
  if (status === 'pending') return undefined;
  const by = decided?.by ?? approval.decided_by;
  const at = status === 'expired' ? expires_at : (approval.decided_at ?? approval.votes.at(-1)?.at);
  const who = by.length === 0 ? '' : ` by ${by.join(', ')}`;
  const when = at === undefined ? '' : ` at ${at}`;
  return new ConflictError('approval_not_pending', `approval ${approval_id} was ${status}${who}${when}`, {
    details: { approval_id, status, by, ...(at === undefined ? {} : { at }) },
  });
}
