import type { ApprovalState, Principal, RunState } from '@hitl/core';
import type { RunEventOf } from './run-event-of.ts';
import { tooLate } from './too-late.ts';
import { whyNotCancel } from './why-not-cancel.ts';

/**
 * A request of a cancelled run is withdrawn. Possible as long as no decision is recorded, even when the votes for one are complete: not
 * acting is always the safe side.
 * @throws ForbiddenError as `whyNotCancel` says, ConflictError `approval_not_pending` when it is decided.
 */
export function decideCancel(
  run: RunState,
  approval: ApprovalState,
  principal: Principal,
  context: { readonly nowMs: number; readonly reason?: string | undefined },
): RunEventOf<'approval-decided'> {
  const error = whyNotCancel(run, principal, context.nowMs);
  if (error !== undefined) throw error;
  if (approval.status !== 'pending') {
    const late = tooLate(approval, Number.NEGATIVE_INFINITY);
    if (late !== undefined) throw late;
  }
  const text = context.reason?.trim();
  return {
    type: 'approval-decided',
    data: {
      approval_id: approval.approval_id,
      status: 'cancelled',
      by: [principal.id],
      ...(text === undefined || text === '' ? {} : { reason: text }),
    },
  };
}
