import { qualifiedName, type Vote } from '@hitl/core';
import type { RichTextBlockElement, RichTextElement } from '@slack/types';
import type { ApprovalFacts, CallFacts } from './approval-facts.ts';
import { clip } from './clip.ts';
import { bold, foreign, moment, own, section } from './rich-text.ts';

/** `brief` leaves out what people wrote, where the whole would not fit. */
export type StatusDetail = 'full' | 'brief';

/** How far the request is: what is still needed or how it ended, who voted, and what became of the calls. */
export function statusElements(
  facts: ApprovalFacts,
  nowMs: number,
  detail: StatusDetail,
): RichTextBlockElement[] {
  const votes = detail === 'full' ? facts.votes : facts.votes.slice(-5);
  const left = facts.votes.length - votes.length;
  return [
    ...(isOpen(facts, nowMs) ? needed(facts) : [outcome(facts, detail)]),
    ...votes.map((vote) => voteLine(vote, detail)),
    ...(left > 0 ? [section(own(`and ${left} votes before`))] : []),
    ...edits(facts),
    ...(isOpen(facts, nowMs) ? [section(own('Expires '), moment(facts.expires_at))] : []),
    ...outcomes(facts.calls, detail === 'full' ? 20 : 0),
  ];
}

/** True while a vote can count. The record says `pending` until somebody notices that the time is over. */
export function isOpen(facts: ApprovalFacts, nowMs: number): boolean {
  return facts.status === 'pending' && nowMs < Date.parse(facts.expires_at);
}

function needed({ requirement, open_step }: ApprovalFacts): RichTextBlockElement[] {
  const steps = requirement.steps.map((step, index) => {
    const isNow = open_step?.index === index;
    const from = clip((isNow ? open_step.approvers : step.from).join(', '), 400);
    const number = requirement.steps.length > 1 ? `Step ${index + 1}: ` : '';
    const have = isNow ? `${open_step.votes_have} of ` : '';
    const done = open_step !== undefined && index < open_step.index ? ' ✓' : '';
    const people = step.votes === 1 ? 'approval' : 'approvals';
    return section(
      own(`${number}${have}${step.votes} ${people} from `, isNow ? { bold: true } : undefined),
      foreign(from),
      own(done),
    );
  });
  return requirement.assurance === 'asserted'
    ? steps
    : [...steps, section(own(`Voters must be at least ${requirement.assurance}.`))];
}

const endings = {
  approved: '✅ Approved',
  rejected: '⛔ Rejected',
  expired: '⌛ Expired: nobody decided in time',
  cancelled: '⏹ Cancelled',
  superseded: '↪ Replaced by another request',
} as const;

function outcome(facts: ApprovalFacts, detail: StatusDetail): RichTextBlockElement {
  const status = facts.status === 'pending' ? 'expired' : facts.status;
  const by: RichTextElement[] =
    facts.decided_by.length === 0 || status === 'expired'
      ? []
      : [own(' by '), bold(clip(facts.decided_by.join(', '), 400))];
  const at: RichTextElement[] = facts.decided_at === undefined ? [] : [own(', '), moment(facts.decided_at)];
  const reason: RichTextElement[] =
    facts.reason === undefined || detail === 'brief'
      ? []
      : [own(' — '), foreign(clip(facts.reason, 600), { italic: true })];
  return section(own(endings[status], { bold: true }), ...by, ...at, ...reason);
}

function voteLine(vote: Vote, detail: StatusDetail): RichTextBlockElement {
  const how = vote.grant_id === undefined ? vote.channel : `${vote.channel}, by grant ${vote.grant_id}`;
  return section(
    own(vote.decision === 'approve' ? '✓ ' : '✗ '),
    foreign(clip(vote.principal_id, 100)),
    own(` (${clip(how, 100)}, ${vote.assurance}) `),
    moment(vote.at),
    ...(vote.reason === undefined || detail === 'brief'
      ? []
      : [own(' — '), foreign(clip(vote.reason, 200), { italic: true })]),
  );
}

function edits({ editors, void_votes }: ApprovalFacts): RichTextBlockElement[] {
  if (editors.length === 0) return [];
  const lost = void_votes.length === 0 ? '' : ` ${void_votes.length} earlier votes are void.`;
  return [section(own('✎ Arguments changed by '), foreign(clip(editors.join(', '), 300)), own(`.${lost}`))];
}

const results: Partial<Record<CallFacts['status'], string>> = {
  executing: '… being executed',
  succeeded: '✅ done',
  failed: '❌ failed',
  refused: '⛔ not executed',
  unknown: '⚠ nobody knows whether it took effect: somebody has to look at the target',
  cancelled: '⏹ not executed',
};

function outcomes(calls: readonly CallFacts[], max: number): RichTextBlockElement[] {
  const lines = calls.flatMap(resultLine);
  const left = lines.length - Math.min(lines.length, max);
  return [
    ...lines.slice(0, max),
    ...(left > 0
      ? [section(own(`What became of ${left} ${max > 0 ? 'more ' : ''}calls is on the record.`))]
      : []),
  ];
}

function resultLine(call: CallFacts): RichTextBlockElement[] {
  const result = results[call.status];
  if (result === undefined) return [];
  const why = call.error === undefined ? [] : [own(': '), foreign(clip(call.error.message, 300))];
  return [section(foreign(clip(qualifiedName(call), 150)), own(` ${result}`), ...why)];
}
