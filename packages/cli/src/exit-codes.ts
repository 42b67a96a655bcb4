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

/** For an error by its HTTP status: what the caller can put right is usage, what the rules don't let this person do is denied. */
export function exitCodeOfProblem({
  status,
  code,
}: {
  readonly status: number;
  readonly code: string;
}): number {
  if (status === 403 && code !== 'unknown_principal' && code !== 'unproven_session') return exitCodes.denied;
  return status >= 400 && status < 500 ? exitCodes.usage : exitCodes.failed;
}
