import { type ApprovalState, meetsAssurance, type Vote } from '@hitl/core';
import { approversOf, isAmong, stoppersOf } from './approvers.ts';

export interface Tally {
  /** Index of the open step; the number of steps when all are complete. */
  readonly index: number;
  /** Votes that count, in the order in which they were recorded. */
  readonly counted: readonly Vote[];
  /** How many of them count for the open step. */
  readonly votesHave: number;
  /** The first rejection that counts. */
  readonly rejection?: Vote;
}

/**
 * Replays the recorded votes in order and counts each anew from the record alone. Votes are checked when they are cast; checking
 * them again here means that a vote which got into the record on any other way (a forged or misdirected one) moves nothing.
 */
export function tallyVotes(approval: ApprovalState): Tally {
  const { steps } = approval.requirement;
  const counted: Vote[] = [];
  const people = new Set<string>();
  let index = 0;
  let votesHave = 0;
  let rejection: Vote | undefined;
  for (const vote of approval.votes) {
    if (!isCountable(approval, vote)) continue;
    const voter = { id: vote.principal_id, groups: vote.groups };
    const atMs = Date.parse(vote.at);
    if (vote.decision === 'reject') {
      if (isAmong(stoppersOf(approval, atMs), voter)) rejection ??= vote;
      continue;
    }
    const step = steps[index];
    if (step === undefined || vote.step !== index || people.has(voter.id)) continue;
    if (!isAmong(approversOf(approval, index, atMs), voter)) continue;
    people.add(voter.id);
    counted.push(vote);
    votesHave += 1;
    if (votesHave === step.votes) {
      index += 1;
      votesHave = 0;
    }
  }
  return { index, counted, votesHave, ...(rejection === undefined ? {} : { rejection }) };
}

/** What no vote can do without, whatever it says. */
function isCountable(approval: ApprovalState, vote: Vote): boolean {
  return (
    vote.digest === approval.digest &&
    vote.principal_id !== approval.requester_id &&
    !approval.editors.includes(vote.principal_id) &&
    meetsAssurance(vote.assurance, approval.requirement.assurance) &&
    Date.parse(vote.at) < Date.parse(approval.expires_at)
  );
}
