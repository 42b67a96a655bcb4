import { type ApprovalState, toolCallDigest } from '@hitl/core';
import { describe, expect, it } from '@jest/globals';
import {
  ana,
  ben,
  codeOf,
  decision,
  mallory,
  minutes,
  pendingRun,
  person,
  requirement,
  rosa,
  SampleRun,
  startMs,
} from '../test/sample-run.ts';
import { decideEdit } from './decide-edit.ts';
import { dueActions } from './due-actions.ts';
import { requestApproval } from './request-approval.ts';
import { settleApproval } from './settle-approval.ts';

const twoVotes = requirement({ steps: [{ from: ['group:it'], votes: 2 }] });

/** Bugs of other approval systems, by the names under which they were reported; none of them can happen here. */
describe('bugs known from the field', () => {
  it('vercel/eve #1021: somebody who may not respond can’t resolve a request, whatever they answer', () => {
    const run = pendingRun();
    expect(codeOf(run.vote(mallory))).toBe('not_an_approver');
    expect(codeOf(run.vote(mallory, { decision: 'reject', reason: 'mine now' }))).toBe('not_an_approver');
    expect(settleApproval(run.approval(), minutes(1))).toBeUndefined();
  });

  it('vercel/eve #2471: concurrent requests in one thread can’t decide each other', () => {
    const run = new SampleRun();
    run.call('call_1', decision(requirement()));
    run.call('call_2', decision(requirement()));
    const first = run.request('apr_1', ['call_1']);
    const second = run.request('apr_2', ['call_2']);
    // The calls are identical, the requests are not.
    expect(run.callOf('call_1').digest).toBe(run.callOf('call_2').digest);
    expect(codeOf(run.vote(ana, { decision: 'reject', reason: 'no', digest: second.digest }))).toBe(
      'digest_mismatch',
    );
    expect(codeOf(run.vote(ana, { digest: first.digest }, minutes(1), 'apr_2'))).toBe('digest_mismatch');
    expect(codeOf(run.vote(ana, { decision: 'reject', reason: 'no' }))).toBe('accepted');
    expect(settleApproval(run.approval('apr_1'), minutes(1))?.data.status).toBe('rejected');
    expect(settleApproval(run.approval('apr_2'), minutes(1))).toBeUndefined();
  });

  it('curie #1531: an identity that is merely asserted is not an authenticated one', () => {
    const run = pendingRun(requirement({ assurance: 'authenticated' }));
    const claimed = { ...ana, assurance: 'asserted' } as const;
    expect(codeOf(run.vote(claimed, { channel: 'cli' }))).toBe('assurance_too_low');
    expect(codeOf(run.vote({ ...ana, assurance: 'authenticated' }, { channel: 'cli' }))).toBe('accepted');
  });

  it('curie #1054: no requester approves their own request, not even as the only member of the approving group', () => {
    const run = pendingRun(requirement({ steps: [{ from: ['user:rosa'], votes: 1 }] }));
    expect(codeOf(run.vote({ ...rosa, assurance: 'mfa' }))).toBe('requester_may_not_vote');
  });

  it('luisgf/infrabroker #214: four eyes are four eyes: the clicker is who counts, not a line of attribution', () => {
    const run = pendingRun(twoVotes);
    for (const channel of ['slack', 'console', 'cli'] as const) {
      expect(codeOf(run.vote({ ...rosa, assurance: 'mfa' }, { channel }))).toBe('requester_may_not_vote');
    }
    expect(codeOf(run.vote(ana, { channel: 'slack' }))).toBe('accepted');
    expect(codeOf(run.vote(ana, { channel: 'console' }))).toBe('already_voted');
    expect(settleApproval(run.approval(), minutes(1))).toBeUndefined();
  });

  it('PostHog #64896: an e-mail address, a display name or another spelling is not an identity', () => {
    const run = pendingRun(requirement({ steps: [{ from: ['user:ana', 'group:it'], votes: 1 }] }));
    for (const id of ['ana@example.com', 'Ana', 'ana ', 'user:ana', 'group:it'])
      expect(codeOf(run.vote(person(id, ['IT', 'it@example.com', 'group:it'], 'mfa')))).toBe(
        'not_an_approver',
      );
  });

  it('n8n #34083: who responded is in the record, with their groups, channel and assurance at that moment', () => {
    const run = pendingRun();
    run.vote(ana, { channel: 'console' });
    expect(run.approval().votes[0]).toMatchObject({
      principal_id: 'ana',
      groups: ['it'],
      channel: 'console',
      assurance: 'linked',
      at: '2026-11-23T09:01:00.000Z',
    });
  });

  it('gravitational/teleport #36854: dual authorisation takes two people in the order of the steps', () => {
    const run = pendingRun(
      requirement({
        steps: [
          { from: ['group:it'], votes: 1 },
          { from: ['group:it', 'group:security'], votes: 1 },
        ],
      }),
    );
    run.vote(ana);
    expect(codeOf(run.vote(ana))).toBe('already_voted');
    expect(settleApproval(run.approval(), minutes(1))).toBeUndefined();
  });

  it('extra-org/extra #139: a vote for other arguments than the current ones approves nothing', () => {
    const run = pendingRun();
    const shown = run.approval().digest;
    const call = run.callOf('call_1');
    const args = { user_key: 'somebody.else@example.com' };
    const event = decideEdit(
      {
        run: run.state,
        approval: run.approval(),
        call,
        edit: { principal: rosa, arguments: args, digest: shown },
      },
      {
        decision: decision(requirement()),
        callDigest: toolCallDigest({ ...call, arguments: args }, call.tool_digest),
      },
      { nowMs: minutes(1) },
    ).event;
    run.append(event, minutes(1));
    expect(codeOf(run.vote(ana, { digest: shown }, minutes(2)))).toBe('digest_mismatch');
    expect(settleApproval(run.approval(), minutes(2))).toBeUndefined();
  });

  it('mastra-ai/mastra #19633: a vote for one request never approves whatever happens to wait now', () => {
    const run = new SampleRun();
    run.call('call_1', decision(requirement()));
    const first = run.request('apr_1', ['call_1']);
    run.vote(ana, { decision: 'reject', reason: 'no' });
    const rejected = settleApproval(run.approval(), minutes(1));
    if (rejected === undefined) throw new Error('a rejection decides');
    run.append(rejected, minutes(1));
    run.call('call_2', decision(requirement()));
    run.request('apr_2', ['call_2'], minutes(2));
    expect(codeOf(run.vote(ben, { digest: first.digest }, minutes(3), 'apr_2'))).toBe('digest_mismatch');
    expect(codeOf(run.vote(ben, { digest: first.digest }, minutes(3), 'apr_1'))).toBe('approval_not_pending');
  });

  it('google/adk-java #1389: a confirmation forged into the record counts for nothing', () => {
    const run = pendingRun(requirement({ assurance: 'linked' }));
    const approval = run.approval();
    const forged = {
      vote_id: 'forged',
      principal_id: 'ana',
      groups: ['it'],
      decision: 'approve' as const,
      digest: approval.digest,
      channel: 'slack' as const,
      assurance: 'linked' as const,
      step: 0,
      at: new Date(minutes(1)).toISOString(),
    };
    const settledWith = (change: Partial<typeof forged>, state: ApprovalState = approval) =>
      settleApproval({ ...state, votes: [{ ...forged, ...change }] }, minutes(2));
    expect(settledWith({})?.data.status).toBe('approved');
    for (const change of [
      { principal_id: 'rosa' },
      { groups: ['sales'] },
      { digest: 'f'.repeat(64) },
      { assurance: 'asserted' as never },
      { step: 1 },
      { at: approval.expires_at },
    ])
      expect(settledWith(change)).toBeUndefined();
    expect(settledWith({}, { ...approval, editors: ['ana'] })).toBeUndefined();
    const twice = { ...approval, requirement: twoVotes, votes: [forged, { ...forged, vote_id: 'again' }] };
    expect(settleApproval(twice, minutes(2))).toBeUndefined();
  });

  it('langchain #39848: an edit can’t carry the digest of the arguments before it', () => {
    const run = pendingRun();
    const call = run.callOf('call_1');
    const stale = () =>
      decideEdit(
        {
          run: run.state,
          approval: run.approval(),
          call,
          edit: {
            principal: rosa,
            arguments: { user_key: 'new@example.com' },
            digest: run.approval().digest,
          },
        },
        { decision: decision(requirement()), callDigest: call.digest },
        { nowMs: minutes(1) },
      );
    expect(stale).toThrow(expect.objectContaining({ code: 'integrity' }));
  });

  it('vercel/ai: a vote that is sent again, to the same or another request, counts once', () => {
    const run = pendingRun(twoVotes);
    const ballot = { digest: run.approval().digest };
    expect(codeOf(run.vote(ana, ballot))).toBe('accepted');
    expect(codeOf(run.vote(ana, ballot))).toBe('already_voted');
    const other = new SampleRun('run_2');
    other.call('call_1', decision(requirement()));
    other.request('apr_2', ['call_1']);
    expect(codeOf(other.vote(ana, ballot, minutes(1), 'apr_2'))).toBe('digest_mismatch');
  });

  it('agno #8386: an approval whose decision was not written is not left pending', () => {
    const run = pendingRun();
    run.vote(ana);
    expect(run.approval().status).toBe('pending');
    const [event] = dueActions(run.approval(), minutes(2));
    if (event === undefined) throw new Error('complete votes are due at once');
    run.append(event, minutes(2));
    expect(run.approval().status).toBe('approved');
    expect(run.callOf('call_1').status).toBe('approved');
  });

  it('ark #3467: neither the requester nor the call can set how long people have', () => {
    const run = new SampleRun();
    // The run asked for one second of execution time, and the model put words of ours into the arguments.
    run.call('call_1', decision(requirement()), { timeout: 1, expires_in_seconds: 1, on_timeout: 'proceed' });
    const event = requestApproval({
      run: run.state,
      approvalId: 'apr_1',
      callIds: ['call_1'],
      nowMs: startMs,
    });
    expect(event.data.expires_at).toBe(new Date(minutes(60)).toISOString());
    run.append(event);
    expect(dueActions(run.approval(), startMs + 2000)).toEqual([]);
    expect(dueActions(run.approval(), minutes(60)).map((due) => due.data)).toEqual([
      expect.objectContaining({ status: 'expired', by: [] }),
    ]);
  });

  it('openclaw #51287: nobody is left to notice by chance: reminders and escalation come before expiry', () => {
    const run = pendingRun(
      requirement({
        remind_after_seconds: [900],
        escalate: [{ after_seconds: 1800, to: ['group:leads'] }],
      }),
    );
    expect(dueActions(run.approval(), minutes(59)).map((event) => event.type)).toEqual([
      'approval-reminded',
      'approval-escalated',
    ]);
  });
});
