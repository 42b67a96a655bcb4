import type { ApprovalState, RunEvent } from '@hitl/core';
import { dueAtMs } from './approvers.ts';
import { openStep } from './open-step.ts';
import { settleApproval } from './settle-approval.ts';

/**
 * What time demands of a pending request now, in the order to record it. A decision that is due makes everything else moot and
 * stands alone. Each escalation stage is told once; reminders missed while nothing was running come as one, not as a flood.
 */
export function dueActions(approval: ApprovalState, nowMs: number): RunEvent[] {
  if (approval.status !== 'pending') return [];
  const decision = settleApproval(approval, nowMs);
  if (decision !== undefined) return [decision];
  const { approval_id, requirement, escalation_stage, reminder_count } = approval;

  const due: { readonly atMs: number; readonly event: RunEvent }[] = [];
  requirement.escalate.forEach(({ after_seconds, to }, position) => {
    const stage = position + 1;
    const atMs = dueAtMs(approval, after_seconds);
    if (stage > escalation_stage && atMs <= nowMs)
      due.push({ atMs, event: { type: 'approval-escalated', data: { approval_id, stage, to } } });
  });

  const reached = requirement.remind_after_seconds.filter((after) => dueAtMs(approval, after) <= nowMs);
  const last = reached.at(-1);
  if (last !== undefined && reached.length > reminder_count) {
    const to = [...(openStep(approval, nowMs)?.approvers ?? [])];
    const event: RunEvent = { type: 'approval-reminded', data: { approval_id, count: reached.length, to } };
    due.push({ atMs: dueAtMs(approval, last), event });
  }
  return due.sort((a, b) => a.atMs - b.atMs).map(({ event }) => event);
}

/** When `dueActions` has something to do next, ISO; in the past when it has already. `undefined` once decided. */
export function nextDueAt(approval: ApprovalState): string | undefined {
  if (approval.status !== 'pending') return undefined;
  // Complete votes without their decision: whoever looks next must settle it.
  if (settleApproval(approval, Number.NEGATIVE_INFINITY) !== undefined)
    return approval.votes.at(-1)?.at ?? approval.requested_at;
  const { requirement, escalation_stage, reminder_count } = approval;
  const times = [
    Date.parse(approval.expires_at),
    ...requirement.escalate.slice(escalation_stage).map((stage) => dueAtMs(approval, stage.after_seconds)),
    ...requirement.remind_after_seconds.slice(reminder_count).map((after) => dueAtMs(approval, after)),
  ];
  return new Date(Math.min(...times)).toISOString();
}
