import type { ApprovalView } from '@hitl/application';
import type { Directory } from '@hitl/core';

export interface Suggestion {
  /** May vote now; `undefined` where nobody of the directory may. */
  readonly approver: string | undefined;
  /** May not, and is told why. */
  readonly others: readonly string[];
}

/** Who of the directory may vote on a request now, and who may not. A hint for the prompt: the vote itself is checked for real. */
export async function suggestVoters(directory: Directory, approval: ApprovalView): Promise<Suggestion> {
  const people = await directory.list();
  const approvers = new Set(approval.open_step?.approvers ?? []);
  const isOut = (id: string): boolean => id === approval.requester_id || approval.editors.includes(id);
  const mayVote = people.filter(
    ({ id, groups }) =>
      !isOut(id) && (approvers.has(`user:${id}`) || groups.some((group) => approvers.has(`group:${group}`))),
  );
  const others = people.filter((entry) => entry.kind === 'user' && !mayVote.includes(entry));
  return { approver: mayVote[0]?.id, others: others.map(({ id }) => id).slice(0, 3) };
}
