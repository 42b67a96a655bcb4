import { type ApprovalState, ForbiddenError } from '@hitl/core';
import type { RunEventOf } from './run-event-of.ts';
import { tooLate } from './too-late.ts';

/**
 * The requester withdraws. Possible as long as no decision is recorded, even when the votes for one are complete: not acting is
 * always the safe side.
 * @throws ForbiddenError for anybody else, ConflictError `approval_not_pending` when it is decided.
 */
export function decideCancel(
  approval: ApprovalState,
  principalId: string,
  reason?: string,
): RunEventOf<'approval-decided'> {
  if (principalId !== approval.requester_id) {
    throw new ForbiddenError(
      'forbidden',
      `only the requester may cancel approval ${approval.approval_id}; approvers reject it`,
    );
  }
  if (approval.status !== 'pending') {
    const late = tooLate(approval, Number.NEGATIVE_INFINITY);
    if (late !== undefined) throw late;
  }
  const text = reason?.trim();
  return {
    type: 'approval-decided',
    data: {
      approval_id: approval.approval_id,
      status: 'cancelled',
      by: [principalId],
      ...(text === undefined || text === '' ? {} : { reason: text }),
    },
  };
}
