import type { RunStatus } from '@hitl/core';

/** Fixed by contract: scripts rely on them. */
export const exitCodes = {
  ok: 0,
  failed: 1,
  usage: 2,
  denied: 3,
  awaitingApproval: 4,
  rejectedOrExpired: 5,
} as const;

export function exitCodeOf(status: RunStatus): number {
  switch (status) {
    case 'completed':
      return exitCodes.ok;
    case 'denied':
      return exitCodes.denied;
    case 'awaiting_approval':
    case 'running':
      return exitCodes.awaitingApproval;
    case 'rejected':
    case 'expired':
      return exitCodes.rejectedOrExpired;
    case 'failed':
    case 'cancelled':
      return exitCodes.failed;
  }
}
