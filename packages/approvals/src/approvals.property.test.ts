import {
  type ApprovalRequirement,
  type ApprovalState,
  assuranceLevels,
  meetsAssurance,
  type Principal,
  type RunEvent,
  toolCallDigest,
} from '@hitl/core';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { decision, person, SampleRun, startMs } from '../test/sample-run.ts';
import { decideCancel } from './decide-cancel.ts';
import { decideEdit } from './decide-edit.ts';
import { dueActions, nextDueAt } from './due-actions.ts';
import { openStep } from './open-step.ts';
import { settleApproval } from './settle-approval.ts';

const groups = ['it', 'security', 'leads'];
const people = ['rosa', 'ana', 'ben', 'cleo', 'dan', 'eve'];
const reference = fc.constantFrom(...groups.map((g) => `group:${g}`), 'user:ana', 'user:eve', 'user:rosa');
const references = fc.uniqueArray(reference, { minLength: 1, maxLength: 3 });

const requiredMembers = {
  steps: fc.array(fc.record({ from: references, votes: fc.integer({ min: 1, max: 2 }) }), {
    minLength: 1,
    maxLength: 3,
  }),
  expires_in_seconds: fc.integer({ min: 1, max: 400 }),
  assurance: fc.constantFrom(...assuranceLevels),
  remind_after_seconds: fc.uniqueArray(fc.integer({ min: 1, max: 300 }), { maxLength: 2 }),
  escalate: fc.array(fc.record({ after_seconds: fc.integer({ min: 1, max: 300 }), to: references }), {
    maxLength: 2,
  }),
};
const requirementArbitrary: fc.Arbitrary<ApprovalRequirement> = fc.record(
  {
    ...requiredMembers,
    slack_channels: fc.uniqueArray(fc.constantFrom('C0000000A', 'C0000000B', 'G0000000C'), { minLength: 1 }),
  },
  { requiredKeys: Object.keys(requiredMembers) as (keyof typeof requiredMembers)[] },
);

type Step =
  | {
      readonly act: 'vote';
      readonly who: Principal;
      readonly approve: boolean;
      readonly stale: boolean;
      /** A crash right after the vote leaves its decision unwritten. */
      readonly crash: boolean;
    }
  | {
      readonly act: 'edit';
      readonly who: Principal;
      readonly value: number;
      readonly outcome: ApprovalRequirement | 'allow' | 'deny';
    }
  | { readonly act: 'wait'; readonly seconds: number; readonly sweep: boolean }
  | { readonly act: 'cancel'; readonly who: Principal };

const whoArbitrary: fc.Arbitrary<Principal> = fc
  .record({
    id: fc.constantFrom(...people),
    groups: fc.subarray(groups),
    assurance: fc.constantFrom(...assuranceLevels),
  })
  .map(({ id, groups: memberships, assurance }) => person(id, memberships, assurance));

const stepArbitrary: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc.record({
      act: fc.constant('vote' as const),
      who: whoArbitrary,
      approve: fc.integer({ min: 0, max: 9 }).map((n) => n > 0),
      stale: fc.integer({ min: 0, max: 9 }).map((n) => n === 0),
      crash: fc.boolean(),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      act: fc.constant('edit' as const),
      who: whoArbitrary,
      value: fc.integer({ min: 0, max: 3 }),
      outcome: fc.oneof(requirementArbitrary, fc.constantFrom('allow' as const, 'deny' as const)),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      act: fc.constant('wait' as const),
      seconds: fc.integer({ min: 1, max: 60 }),
      sweep: fc.boolean(),
    }),
  },
  { weight: 1, arbitrary: fc.record({ act: fc.constant('cancel' as const), who: whoArbitrary }) },
);

interface Played {
  readonly run: SampleRun;
  readonly events: readonly {
    readonly event: RunEvent;
    readonly atMs: number;
    readonly before: ApprovalState;
  }[];
}

/** Plays a history against the real fold and checks at every step what must hold at every step. */
function play(required: ApprovalRequirement, steps: readonly Step[]): Played {
  const run = new SampleRun('run_1', person('rosa', ['it', 'security', 'leads'], 'asserted'));
  run.call('call_1', decision(required), { value: -1 });
  const firstDigest = run.request('apr_1', ['call_1']).digest;
  const events: Played['events'][number][] = [];
  let nowMs = startMs;
  const record = (event: RunEvent) => {
    const before = run.approval();
    events.push({ event, atMs: nowMs, before });
    run.append(event, nowMs);
  };
  for (const step of steps) {
    const before = run.approval();
    if (step.act === 'wait') {
      nowMs += step.seconds * 1000;
      if (step.sweep) {
        for (const event of dueActions(before, nowMs)) record(event);
        expect(dueActions(run.approval(), nowMs)).toEqual([]);
        const due = nextDueAt(run.approval());
        if (due !== undefined) expect(Date.parse(due)).toBeGreaterThan(nowMs);
      }
    } else if (step.act === 'vote') {
      const digest = step.stale ? firstDigest : before.digest;
      const choice = step.approve ? 'approve' : 'reject';
      const open = openStep(before, nowMs);
      const verdict = run.vote(step.who, { decision: choice, digest, reason: 'because' }, nowMs);
      events.push({ event: verdict.event, atMs: nowMs, before });
      if (verdict.kind === 'accepted') expect(open).toBeDefined();
      const settled = settleApproval(run.approval(), nowMs);
      if (!step.crash && settled !== undefined) record(settled);
    } else if (step.act === 'edit') {
      const call = run.callOf('call_1');
      const args = { value: step.value };
      const verdict = decideEdit(
        {
          run: run.state,
          approval: before,
          call,
          edit: { principal: step.who, arguments: args, digest: before.digest },
        },
        {
          decision: decision(step.outcome),
          callDigest: toolCallDigest({ ...call, arguments: args }, call.tool_digest),
        },
        { nowMs },
      );
      record(verdict.event);
    } else {
      try {
        record(decideCancel(run.state, before, step.who, { nowMs }));
      } catch (error) {
        expect((error as { code?: string }).code).toMatch(
          /^(forbidden|assurance_too_low|approval_not_pending)$/,
        );
      }
    }
  }
  return { run, events };
}

/** Who may approve a step at a time, said a second time and as plainly as can be. */
function mayApprove(approval: ApprovalState, index: number, vote: ApprovalState['votes'][number]): boolean {
  const late = (Date.parse(vote.at) - Date.parse(approval.requested_at)) / 1000;
  const allowed = new Set(approval.requirement.steps[index]?.from);
  for (const stage of approval.requirement.escalate) {
    if (late >= stage.after_seconds) for (const to of stage.to) allowed.add(to);
  }
  return (
    allowed.has(`user:${vote.principal_id}`) || vote.groups.some((group) => allowed.has(`group:${group}`))
  );
}

const histories = (check: (played: Played) => void, numRuns = 400) =>
  fc.assert(
    fc.property(
      requirementArbitrary,
      fc.array(stepArbitrary, { minLength: 5, maxLength: 40 }),
      (required, steps) => check(play(required, steps)),
    ),
    { numRuns },
  );

describe('whatever the order of votes, edits, crashes and time', () => {
  it('approved means: each step in order has its number of distinct, entitled, strong enough approvals of the current digest, none of them of the requester or an editor', () => {
    let approvals = 0;
    histories(({ run }) => {
      const approval = run.approval();
      if (approval.status !== 'approved') return;
      approvals += 1;
      const { requirement, votes } = approval;
      const approving = votes.filter((vote) => vote.decision === 'approve');
      expect(approving).toHaveLength(requirement.steps.reduce((sum, step) => sum + step.votes, 0));
      expect(approving.map((vote) => vote.step)).toEqual(
        requirement.steps.flatMap((step, index) => Array.from({ length: step.votes }, () => index)),
      );
      expect(new Set(approving.map((vote) => vote.principal_id)).size).toBe(approving.length);
      for (const vote of approving) {
        expect(mayApprove(approval, vote.step, vote)).toBe(true);
        expect(vote.digest).toBe(approval.digest);
        expect(vote.principal_id).not.toBe('rosa');
        expect(approval.editors).not.toContain(vote.principal_id);
        expect(meetsAssurance(vote.assurance, requirement.assurance)).toBe(true);
        expect(Date.parse(vote.at)).toBeLessThan(Date.parse(approval.expires_at));
      }
      expect(approval.decided_by).toEqual(approving.map((vote) => vote.principal_id));
      expect(votes.some((vote) => vote.decision === 'reject')).toBe(false);
    }, 1500);
    // Else the property would hold for want of approvals.
    expect(approvals).toBeGreaterThan(50);
  });

  it('nothing but refusals follows a decision, and there is one decision at most', () => {
    histories(({ events }) => {
      const decided = events.findIndex(({ event }) => event.type === 'approval-decided');
      if (decided === -1) return;
      for (const { event } of events.slice(decided + 1))
        expect(event.type === 'vote-refused' || event.type === 'edit-refused').toBe(true);
    });
  });

  it('a rejection that counts is the last word, once', () => {
    histories(({ run, events }) => {
      const rejected = events.findIndex(
        ({ event }) => event.type === 'vote-cast' && event.data.vote.decision === 'reject',
      );
      if (rejected === -1) return;
      const later = events.slice(rejected + 1).map(({ event }) => event.type);
      expect(later).not.toContain('vote-cast');
      expect(later).not.toContain('approval-edited');
      expect(['pending', 'rejected', 'cancelled']).toContain(run.approval().status);
    });
  });

  it('expiry is by nobody, never before its time, and never over complete votes', () => {
    histories(({ events }) => {
      for (const { event, atMs, before } of events) {
        if (event.type !== 'approval-decided' || event.data.status !== 'expired') continue;
        expect(event.data.by).toEqual([]);
        expect(atMs).toBeGreaterThanOrEqual(Date.parse(before.expires_at));
        expect(settleApproval(before, Number.NEGATIVE_INFINITY)).toBeUndefined();
      }
    });
  });

  it('an edit voids every vote before it and lowers nothing', () => {
    histories(({ run, events }) => {
      for (const [position, { event, before }] of events.entries()) {
        if (event.type !== 'approval-edited') continue;
        const after = events[position + 1]?.before ?? run.approval();
        expect(after.votes).toEqual([]);
        expect(after.digest).not.toBe(before.digest);
        expect(after.editors).toContain(event.data.principal_id);
        expect(meetsAssurance(after.requirement.assurance, before.requirement.assurance)).toBe(true);
        expect(after.requirement.expires_in_seconds).toBeLessThanOrEqual(
          before.requirement.expires_in_seconds,
        );
        expect(after.requirement.slack_channels ?? []).toEqual(
          expect.arrayContaining(before.requirement.slack_channels ?? []),
        );
        for (const step of before.requirement.steps) {
          const same = after.requirement.steps.filter(
            (other) => [...other.from].sort().join() === [...step.from].sort().join(),
          );
          expect(same.some((other) => other.votes >= step.votes)).toBe(true);
        }
      }
    });
  });
});
