import { describe, expect, it } from '@jest/globals';
import {
  ana,
  ben,
  cleo,
  codeOf,
  dan,
  mallory,
  minutes,
  pendingRun,
  requirement,
  rosa,
} from '../test/sample-run.ts';
import { openStep } from './open-step.ts';
import { settleApproval } from './settle-approval.ts';

const twoSteps = requirement({
  steps: [
    { from: ['group:it'], votes: 2 },
    { from: ['group:security'], votes: 1 },
  ],
});

describe('a vote', () => {
  it('of an approver on the current digest is accepted, with all that evidence needs', () => {
    const run = pendingRun();
    const verdict = run.vote(ana, { reason: ' fine ', rendered_digest: 'e'.repeat(64) });
    expect(verdict.kind).toBe('accepted');
    expect(run.approval().votes).toEqual([
      {
        vote_id: 'vote_1',
        principal_id: 'ana',
        groups: ['it'],
        decision: 'approve',
        digest: run.approval().digest,
        reason: 'fine',
        channel: 'slack',
        assurance: 'linked',
        step: 0,
        at: '2026-11-23T09:01:00.000Z',
        rendered_digest: 'e'.repeat(64),
      },
    ]);
    expect(settleApproval(run.approval(), minutes(1))?.data).toEqual({
      approval_id: 'apr_1',
      status: 'approved',
      by: ['ana'],
    });
  });

  it('counts towards the steps in their order, one person once over all of them', () => {
    const run = pendingRun(twoSteps);
    expect(openStep(run.approval(), minutes(1))).toEqual({
      index: 0,
      approvers: ['group:it'],
      votesNeeded: 2,
      votesHave: 0,
    });
    expect(codeOf(run.vote(cleo))).toBe('not_an_approver');
    expect(codeOf(run.vote(dan))).toBe('accepted');
    expect(codeOf(run.vote(dan))).toBe('already_voted');
    expect(openStep(run.approval(), minutes(1))).toMatchObject({ index: 0, votesHave: 1 });
    expect(codeOf(run.vote(ben))).toBe('accepted');
    expect(openStep(run.approval(), minutes(1))).toMatchObject({ index: 1, approvers: ['group:security'] });
    // Dan is in security too, but his vote is spent.
    expect(codeOf(run.vote(dan))).toBe('already_voted');
    expect(settleApproval(run.approval(), minutes(1))).toBeUndefined();
    expect(codeOf(run.vote(cleo))).toBe('accepted');
    expect(settleApproval(run.approval(), minutes(1))?.data).toMatchObject({
      status: 'approved',
      by: ['dan', 'ben', 'cleo'],
    });
  });

  it('of an approver named by id counts, and of a service never does', () => {
    const run = pendingRun(requirement({ steps: [{ from: ['user:mallory', 'group:bots'], votes: 1 }] }));
    const service = { id: 'robot', kind: 'service', groups: ['bots'], assurance: 'mfa' } as const;
    expect(codeOf(run.vote({ ...service, groups: ['bots'] }))).toBe('not_an_approver');
    expect(codeOf(run.vote(mallory))).toBe('accepted');
  });

  it('to reject ends it, needs a reason, and is open to the approvers of any step', () => {
    const run = pendingRun(twoSteps);
    expect(codeOf(run.vote(cleo, { decision: 'reject' }))).toBe('invalid_input');
    expect(codeOf(run.vote(cleo, { decision: 'reject', reason: '  ' }))).toBe('invalid_input');
    expect(codeOf(run.vote(mallory, { decision: 'reject', reason: 'no' }))).toBe('not_an_approver');
    expect(codeOf(run.vote(cleo, { decision: 'reject', reason: 'wrong person' }))).toBe('accepted');
    const decided = settleApproval(run.approval(), minutes(1));
    expect(decided?.data).toEqual({
      approval_id: 'apr_1',
      status: 'rejected',
      by: ['cleo'],
      reason: 'wrong person',
    });
  });

  it('may turn from approval to rejection while the request is open', () => {
    const run = pendingRun(twoSteps);
    run.vote(ana);
    expect(codeOf(run.vote(ana, { decision: 'reject', reason: 'I looked again' }))).toBe('accepted');
    expect(settleApproval(run.approval(), minutes(1))?.data.status).toBe('rejected');
  });

  it('that comes too late is told who decided and when', () => {
    const run = pendingRun();
    run.vote(ana, {}, minutes(2));
    // Complete votes bind even before their decision is written.
    const early = run.vote(ben, { decision: 'reject', reason: 'no' }, minutes(3));
    expect(codeOf(early)).toBe('approval_not_pending');
    const event = settleApproval(run.approval(), minutes(3));
    if (event === undefined) throw new Error('one vote was enough');
    run.append(event, minutes(3));
    const late = run.vote(ben, {}, minutes(4));
    expect(codeOf(late)).toBe('approval_not_pending');
    expect(late.kind === 'refused' && late.error.message).toBe(
      'approval apr_1 was approved by ana at 2026-11-23T09:03:00.000Z',
    );
    expect(late.kind === 'refused' && late.error.details).toMatchObject({ status: 'approved', by: ['ana'] });
    // The winner who clicks twice hears that the vote is in, not that somebody else was faster.
    expect(codeOf(run.vote(ana, {}, minutes(4)))).toBe('already_voted');
  });

  it('after expiry does not count, however it was cast', () => {
    const run = pendingRun();
    expect(codeOf(run.vote(ana, {}, minutes(60)))).toBe('approval_not_pending');
    expect(openStep(run.approval(), minutes(60))).toBeUndefined();
    expect(settleApproval(run.approval(), minutes(60))?.data).toMatchObject({ status: 'expired', by: [] });
  });

  it('that was recorded before expiry wins over it, even when it is settled later', () => {
    const run = pendingRun();
    run.vote(ana, {}, minutes(59));
    expect(settleApproval(run.approval(), minutes(600))?.data).toMatchObject({
      status: 'approved',
      by: ['ana'],
    });
  });

  it('of somebody escalated to counts from that stage on, and not before', () => {
    const run = pendingRun(requirement({ escalate: [{ after_seconds: 600, to: ['user:mallory'] }] }));
    expect(codeOf(run.vote(mallory, {}, minutes(9)))).toBe('not_an_approver');
    expect(openStep(run.approval(), minutes(9))?.approvers).toEqual(['group:it']);
    expect(codeOf(run.vote(mallory, {}, minutes(10)))).toBe('accepted');
    expect(openStep(pendingRun(run.approval().requirement).approval(), minutes(10))?.approvers).toEqual([
      'group:it',
      'user:mallory',
    ]);
    expect(settleApproval(run.approval(), minutes(11))?.data.status).toBe('approved');
  });

  it('is refused into the record with its code, so that attempts can be seen', () => {
    const run = pendingRun();
    run.vote(mallory);
    expect(run.events.at(-1)).toEqual({
      type: 'vote-refused',
      data: {
        approval_id: 'apr_1',
        principal_id: 'mallory',
        channel: 'slack',
        decision: 'approve',
        code: 'not_an_approver',
        detail: 'mallory is not among those who may approve now: group:it',
      },
    });
  });

  it('needs the assurance that the rule demands, for either decision', () => {
    const run = pendingRun(requirement({ assurance: 'mfa' }));
    expect(codeOf(run.vote(ana))).toBe('assurance_too_low');
    expect(codeOf(run.vote(ana, { decision: 'reject', reason: 'no' }))).toBe('assurance_too_low');
    expect(codeOf(run.vote({ ...ana, assurance: 'mfa' }))).toBe('accepted');
  });

  it('of the requester counts in neither direction', () => {
    const run = pendingRun();
    expect(codeOf(run.vote({ ...rosa, assurance: 'mfa' }))).toBe('requester_may_not_vote');
    const reject = run.vote({ ...rosa, assurance: 'mfa' }, { decision: 'reject', reason: 'my mistake' });
    expect(codeOf(reject)).toBe('requester_may_not_vote');
    expect(reject.kind === 'refused' && reject.error.message).toContain('cancelling');
  });
});
