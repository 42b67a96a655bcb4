import type { ApprovalState } from '@hitl/core';
import { approversOf } from './approvers.ts';
import { tallyVotes } from './tally-votes.ts';

export interface OpenStep {
  readonly index: number;
  /** `group:NAME` and `user:ID`, with the escalation stages that are reached. */
  readonly approvers: readonly string[];
  /** Votes that the whole step takes, not what is missing. */
  readonly votesNeeded: number;
  readonly votesHave: number;
}

/** The step that waits for votes now; `undefined` when the request is decided, expired, or its votes are complete. */
export function openStep(approval: ApprovalState, nowMs: number): OpenStep | undefined {
  if (approval.status !== 'pending' || nowMs >= Date.parse(approval.expires_at)) return undefined;
  const { index, votesHave, rejection } = tallyVotes(approval);
  const step = approval.requirement.steps[index];
  if (step === undefined || rejection !== undefined) return undefined;
  return { index, approvers: approversOf(approval, index, nowMs), votesNeeded: step.votes, votesHave };
}
