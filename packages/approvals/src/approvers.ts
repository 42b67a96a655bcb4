import type { ApprovalState, Principal } from '@hitl/core';

/** Epoch milliseconds at which an escalation stage or reminder of this request falls due. */
export function dueAtMs(approval: Pick<ApprovalState, 'requested_at'>, afterSeconds: number): number {
  return Date.parse(approval.requested_at) + afterSeconds * 1000;
}

/** References (`group:NAME`, `user:ID`) of the escalation stages that are reached at `atMs`. */
function escalatedTo(approval: ApprovalState, atMs: number): string[] {
  return approval.requirement.escalate
    .filter((stage) => dueAtMs(approval, stage.after_seconds) <= atMs)
    .flatMap((stage) => stage.to);
}

/** Who may approve step `index` at `atMs`: those that the step names, and everybody escalated to by then. */
export function approversOf(approval: ApprovalState, index: number, atMs: number): string[] {
  const named = approval.requirement.steps[index]?.from ?? [];
  return [...new Set([...named, ...escalatedTo(approval, atMs)])];
}

/** Who may stop the request at `atMs`: the approvers of every step, open or not. */
export function stoppersOf(approval: ApprovalState, atMs: number): string[] {
  const named = approval.requirement.steps.flatMap((step) => step.from);
  return [...new Set([...named, ...escalatedTo(approval, atMs)])];
}

/**
 * True when one of the references means this principal. Ids and group names are compared exactly: neither an e-mail address
 * nor a display name nor another spelling is an identity.
 */
export function isAmong(references: readonly string[], principal: Pick<Principal, 'id' | 'groups'>): boolean {
  return references.some((reference) => {
    if (reference.startsWith('user:')) return reference.slice('user:'.length) === principal.id;
    if (reference.startsWith('group:')) return principal.groups.includes(reference.slice('group:'.length));
    return false;
  });
}
