import {
  approvalDigest,
  type Decision,
  type JsonObject,
  type Preview,
  type Principal,
  toolCallDigest,
} from '@hitl/core';
import { describe, expect, it } from '@jest/globals';
import {
  ana,
  ben,
  codeOf,
  decision,
  mallory,
  minutes,
  pendingRun,
  requirement,
  rosa,
  SampleRun,
} from '../test/sample-run.ts';
import { checkEdit, decideEdit, type EditVerdict } from './decide-edit.ts';
import { settleApproval } from './settle-approval.ts';

const edited = { user_key: 'ada.lovelace@example.com' };

function edit(
  run: SampleRun,
  principal: Principal,
  options: {
    args?: JsonObject;
    digest?: string;
    decided?: Decision;
    callId?: string;
    preview?: Preview;
  } = {},
): EditVerdict {
  const approval = run.approval();
  const call = run.callOf(options.callId ?? 'call_1');
  const args = options.args ?? edited;
  const verdict = decideEdit(
    {
      run: run.state,
      approval,
      call,
      edit: { principal, arguments: args, digest: options.digest ?? approval.digest },
    },
    {
      decision: options.decided ?? decision(requirement()),
      preview: options.preview,
      callDigest: toolCallDigest(
        { server: call.server, tool: call.tool, arguments: args },
        call.tool_digest,
        options.preview,
      ),
    },
    { nowMs: minutes(30) },
  );
  run.append(verdict.event, minutes(30));
  return verdict;
}

describe('an edit', () => {
  it('makes a new digest, voids the votes on the old one, and starts a new expiry', () => {
    const run = pendingRun(requirement({ steps: [{ from: ['group:it'], votes: 2 }] }));
    run.vote(ana);
    const before = run.approval();
    expect(codeOf(edit(run, rosa))).toBe('accepted');
    const after = run.approval();
    expect(after).toMatchObject({
      votes: [],
      void_votes: before.votes,
      editors: ['rosa'],
      status: 'pending',
    });
    expect(after.digest).not.toBe(before.digest);
    expect(after.expires_at).toBe(new Date(minutes(90)).toISOString());
    expect(run.callOf('call_1').arguments).toEqual(edited);
    const stale = run.vote(ben, { digest: before.digest }, minutes(31));
    expect(codeOf(stale)).toBe('digest_mismatch');
    expect(stale.kind === 'refused' && stale.error.message).toContain('edited by rosa');
    // Whoever voted before votes again, on what it says now.
    expect(codeOf(run.vote(ana, {}, minutes(31)))).toBe('accepted');
  });

  it('shuts its editor out as an approver, for good', () => {
    const run = pendingRun();
    expect(codeOf(edit(run, ana))).toBe('accepted');
    expect(codeOf(run.vote(ana, {}, minutes(31)))).toBe('editor_may_not_vote');
    edit(run, ben, { args: { user_key: 'b@example.com' } });
    expect(codeOf(run.vote(ana, {}, minutes(32)))).toBe('editor_may_not_vote');
    expect(run.approval().editors).toEqual(['ana', 'ben']);
  });

  it('that the policy denies is refused and changes nothing', () => {
    const run = pendingRun();
    const before = run.approval();
    const verdict = edit(run, rosa, { decided: decision('deny') });
    expect(codeOf(verdict)).toBe('denied_by_policy');
    expect(verdict.kind === 'refused' && verdict.error.message).toContain('contractors get no admin role');
    expect(run.events.at(-1)?.type).toBe('edit-refused');
    expect(run.approval()).toEqual(before);
  });

  it('never lowers what was demanded: an allow keeps it, another demand is added to it', () => {
    const strict = requirement({ steps: [{ from: ['group:it'], votes: 2 }], assurance: 'linked' });
    const allowed = pendingRun(strict);
    edit(allowed, rosa, { decided: decision('allow') });
    expect(allowed.approval().requirement).toEqual(strict);
    const raised = pendingRun(strict);
    edit(raised, rosa, {
      decided: decision(
        requirement({
          steps: [
            { from: ['group:it'], votes: 1 },
            { from: ['group:security'], votes: 1 },
          ],
          assurance: 'mfa',
        }),
      ),
    });
    expect(raised.approval().requirement).toMatchObject({
      steps: [
        { from: ['group:it'], votes: 2 },
        { from: ['group:security'], votes: 1 },
      ],
      assurance: 'mfa',
    });
  });

  it('fails closed on an approval decision without its requirement', () => {
    const run = pendingRun();
    const { requirement: _left, ...torn } = decision(requirement());
    expect(codeOf(edit(run, rosa, { decided: torn }))).toBe('denied_by_policy');
  });

  it('covers the other calls of the request, too', () => {
    const run = new SampleRun();
    run.call('call_1', decision(requirement()));
    const other = run.call('call_2', decision(requirement()), { user_key: 'other@example.com' });
    run.request('apr_1', ['call_1', 'call_2']);
    edit(run, rosa);
    expect(run.approval().digest).toBe(approvalDigest('apr_1', [run.callOf('call_1').digest, other.digest]));
  });

  it('binds the preview of the edited call', () => {
    const run = pendingRun();
    const preview = { summary: 'creates ada.lovelace', changes: [], state_digest: 's1' };
    edit(run, rosa, { preview });
    const call = run.callOf('call_1');
    expect(call.preview).toEqual(preview);
    expect(call.digest).toBe(toolCallDigest(call, call.tool_digest, preview));
  });

  it('is for the requester and for approvers, proven as strongly as a vote', () => {
    expect(codeOf(edit(pendingRun(), mallory))).toBe('forbidden');
    // Else whoever claims to be Ana could edit in her name and shut her out of the vote.
    expect(codeOf(edit(pendingRun(), { ...ana, assurance: 'asserted' }))).toBe('assurance_too_low');
    const strong = new SampleRun('run_1', { ...rosa, assurance: 'linked' });
    strong.call('call_1', decision(requirement()));
    strong.request('apr_1', ['call_1']);
    expect(codeOf(edit(strong, rosa))).toBe('assurance_too_low');
  });

  it('needs the digest that the editor saw, other arguments, and an open request', () => {
    const run = pendingRun();
    expect(codeOf(edit(run, rosa, { digest: 'f'.repeat(64) }))).toBe('digest_mismatch');
    expect(codeOf(edit(run, rosa, { args: run.callOf('call_1').arguments }))).toBe('invalid_input');
    run.vote(ana);
    expect(codeOf(edit(run, rosa))).toBe('approval_not_pending');
  });

  it('can be checked before policy and preview are asked', () => {
    const run = pendingRun();
    const proposed = {
      run: run.state,
      approval: run.approval(),
      call: run.callOf('call_1'),
      edit: { principal: mallory, arguments: edited, digest: run.approval().digest },
    };
    expect(codeOf(checkEdit(proposed, minutes(1)) ?? { kind: 'none' })).toBe('forbidden');
    expect(
      checkEdit({ ...proposed, edit: { ...proposed.edit, principal: rosa } }, minutes(1)),
    ).toBeUndefined();
  });

  it('tells those escalated to of the changed call again', () => {
    const run = pendingRun(requirement({ escalate: [{ after_seconds: 60, to: ['group:security'] }] }));
    run.append({
      type: 'approval-escalated',
      data: { approval_id: 'apr_1', stage: 1, to: ['group:security'] },
    });
    edit(run, rosa);
    expect(run.approval().escalation_stage).toBe(0);
    expect(settleApproval(run.approval(), minutes(31))).toBeUndefined();
  });
});
