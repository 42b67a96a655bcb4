import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type FieldSite, openFieldSite } from './fixtures/field-site.ts';
import type { ScriptedStep } from './fixtures/scripted-chat-model.ts';

/**
 * "The right human, really that human" and "more than one approver": bugs and wishes of other approval systems, by the names under
 * which they are known, each with what makes it impossible (or fulfils it) here. Told through the HTTP API of a whole local stack.
 *
 * What of these themes is not this part's:
 *
 * | item | why |
 * | --- | --- |
 * | the buttons of teleport #52348, #61094, #67821, #68221 | chat cards come with the Slack channel; what a vote from chat is worth is below |
 * | the ceremony of MeshWeaver #4305 | passkeys come with the console; that a rule can demand the second factor is below |
 */
let site: FieldSite;
beforeAll(async () => {
  site = await openFieldSite();
});
afterAll(() => site?.close());

const disable = (user: string): ScriptedStep[] => [{ calls: [['acct__disable_account', { user }]] }];
const grant = (user: string, role: string): ScriptedStep[] => [
  { calls: [['acct__grant_role', { user, role }]] },
];
const chatCarol = { id: 'carol', channel: 'slack', assurance: 'linked' } as const;

/** A run that waits, and the request it waits on. */
async function waiting(user: string, steps: ScriptedStep[], requester = 'alice') {
  const run = await site.ask(requester, `please change ${user}`, steps);
  expect(run.status).toBe('awaiting_approval');
  return { run, approval: await site.approval(run) };
}

/** The code of a refused vote, or what became of the request. */
async function voteOf(who: string, approval: Parameters<FieldSite['vote']>[1], more: object = {}) {
  const { status, body } = await site.vote(who, approval, more);
  return status === 200 ? body.status : `${status} ${body.code}`;
}

describe('the right human, really that human', () => {
  it('vercel/eve #1021: somebody who may not respond decides nothing, neither way, and the attempt is on the record', async () => {
    const { run, approval } = await waiting('a-eve', disable('a-eve'));
    expect(await voteOf('mallory', approval)).toBe('403 not_an_approver');
    expect(await voteOf('mallory', approval, { decision: 'reject', reason: 'mine now' })).toBe(
      '403 not_an_approver',
    );
    expect(await voteOf('bob', approval)).toBe('403 not_an_approver');
    expect((await site.edit('mallory', approval, { user: 'somebody' })).body.code).toBe('forbidden');
    expect((await site.run(run.run_id)).status).toBe('awaiting_approval');
    const refusals = (await site.record(run)).filter(({ type }) => /-refused$/.test(type));
    expect(refusals.map(({ actor, type }) => [actor, type])).toEqual([
      ['mallory', 'vote-refused'],
      ['mallory', 'vote-refused'],
      ['bob', 'vote-refused'],
      ['mallory', 'edit-refused'],
    ]);
    expect(await site.done('a-eve')).toEqual([]);
  });

  it('vercel/eve #1021: nobody without a credential gets as far as a vote', async () => {
    const { approval } = await waiting('a-stranger', disable('a-stranger'));
    expect(await voteOf('nobody-with-a-token', approval)).toBe('401 unauthenticated');
  });

  it('curie #1531: a name that the operator merely states is asserted, and a rule that wants it proven refuses it', async () => {
    const { approval } = await waiting('a-asserted', disable('a-asserted'));
    const cli = { 'user-agent': 'hitl-mcp-cli/1' };
    const stated = await site.api<{ code: string }>(
      'operator',
      'POST',
      `/approvals/${approval.approval_id}/votes`,
      { user_id: 'carol', decision: 'approve', digest: approval.digest },
      cli,
    );
    expect([stated.status, stated.body.code]).toEqual([403, 'assurance_too_low']);
    expect(await voteOf('carol', approval)).toBe('approved');
  });

  it('curie #1531: where a rule takes a stated name, the record says that it was only stated', async () => {
    const { approval } = await waiting('a-stated', grant('a-stated', 'helper'));
    const { body } = await site.vote('operator', approval, { user_id: 'carol' });
    expect(body.votes).toMatchObject([{ principal_id: 'carol', assurance: 'asserted' }]);
  });

  it('curie #420: a person’s own token never speaks for another, and trying is on the record', async () => {
    const { approval } = await waiting('a-other', disable('a-other'));
    expect(await voteOf('mallory', approval, { user_id: 'carol' })).toBe('403 forbidden');
    const { body } = await site.api<{ items: { actor: string; data: { code: string } }[] }>(
      'operator',
      'GET',
      '/audit?stream=refusals',
    );
    expect(body.items.at(-1)).toMatchObject({ actor: 'mallory', data: { code: 'forbidden' } });
  });

  it('curie #1054: the requester never approves the own request, in whatever group and through whatever token', async () => {
    const { approval } = await waiting('a-self', disable('a-self'), 'carol');
    expect(await voteOf('carol', approval)).toBe('403 requester_may_not_vote');
    expect(await voteOf('operator', approval, { user_id: 'carol' })).toBe('403 requester_may_not_vote');
    expect(await site.voteThrough({ id: 'carol', channel: 'console', assurance: 'mfa' }, approval)).toBe(
      'requester_may_not_vote',
    );
    expect(await voteOf('dave', approval)).toBe('approved');
  });

  it('luisgf/infrabroker #214: four eyes are two people: a second click of one person adds nothing, in any channel', async () => {
    const { run, approval } = await waiting('a-four', grant('a-four', 'admin'));
    expect(await voteOf('carol', approval)).toBe('pending');
    expect(await voteOf('carol', approval)).toBe('409 already_voted');
    expect(await site.voteThrough(chatCarol, approval)).toBe('already_voted');
    expect(await site.voteThrough({ id: 'alice', channel: 'slack', assurance: 'linked' }, approval)).toBe(
      'requester_may_not_vote',
    );
    expect(await site.done('a-four')).toEqual([]);
    expect(await voteOf('dave', approval)).toBe('approved');
    expect((await site.run(run.run_id)).status).toBe('completed');
    expect(await site.done('a-four')).toHaveLength(1);
  });

  it('PostHog #64896: an e-mail address, a display name or another spelling of an id is nobody', async () => {
    const { approval } = await waiting('a-mail', grant('a-mail', 'helper'));
    for (const user_id of [
      'carol@example.com',
      'Carol',
      'CAROL',
      'carol ',
      'slack:T1/U-CAROL',
      'group:security',
    ])
      expect([user_id, await voteOf('operator', approval, { user_id })]).toEqual([
        user_id,
        '403 unknown_principal',
      ]);
    expect(await site.stack.deps.directory.findByLink('carol@example.com')).toBeUndefined();
    expect((await site.stack.deps.directory.findByLink('slack:T1/U-CAROL'))?.id).toBe('carol');
  });

  it('conductai #1464: a click that nobody recalls can be looked up: who, when, through what, proven how, on which digest', async () => {
    const { run, approval } = await waiting('a-recall', disable('a-recall'));
    expect(await site.voteThrough(chatCarol, approval)).toBe('accepted');
    const [cast] = (await site.record(run)).filter(({ type }) => type === 'vote-cast');
    expect(cast).toMatchObject({
      actor: 'carol',
      data: {
        vote: {
          principal_id: 'carol',
          groups: ['employees', 'security'],
          channel: 'slack',
          assurance: 'linked',
          digest: approval.digest,
          at: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
        },
      },
    });
    expect((await site.api('operator', 'GET', '/audit/verify')).body).toMatchObject({ ok: true });
  });

  it('n8n #34083: a request names who may respond, and afterwards who did', async () => {
    const { approval } = await waiting('a-who', disable('a-who'));
    expect(approval.open_step).toMatchObject({
      approvers: ['group:security'],
      votes_needed: 1,
      votes_have: 0,
    });
    await site.vote('dave', approval);
    const decided = (await site.api('operator', 'GET', `/approvals/${approval.approval_id}`)).body;
    expect(decided).toMatchObject({
      decided_by: ['dave'],
      decided_at: expect.any(String),
      votes: [{ principal_id: 'dave' }],
    });
  });

  it('MeshWeaver #4305: where a rule demands the second factor, no weaker proof will do', async () => {
    const { approval } = await waiting('a-mfa', grant('a-mfa', 'owner'));
    expect(await voteOf('operator', approval, { user_id: 'carol' })).toBe('403 assurance_too_low');
    expect(await voteOf('carol', approval)).toBe('403 assurance_too_low');
    expect(await site.voteThrough(chatCarol, approval)).toBe('assurance_too_low');
    expect(await site.voteThrough({ id: 'carol', channel: 'console', assurance: 'mfa' }, approval)).toBe(
      'accepted',
    );
    expect(await site.done('a-mfa')).toHaveLength(1);
  });

  it('gravitational/teleport #52348, #61094, #67821, #68221: chat is one more channel, worth what its proof is worth and no more', async () => {
    const { approval } = await waiting('a-chat', disable('a-chat'));
    expect(await site.voteThrough({ ...chatCarol, assurance: 'asserted' }, approval)).toBe(
      'assurance_too_low',
    );
    expect(await site.voteThrough({ id: 'mallory', channel: 'slack', assurance: 'linked' }, approval)).toBe(
      'not_an_approver',
    );
    expect(await site.voteThrough({ id: 'U-CAROL', channel: 'slack', assurance: 'linked' }, approval)).toBe(
      'unknown_principal',
    );
    expect(await site.voteThrough(chatCarol, approval)).toBe('accepted');
  });

  it('aws-samples/iam-identity-center-team #81: who approves depends on the permission asked for, not on the account alone', async () => {
    const reader = await waiting('a-reader', grant('a-reader', 'reader'));
    const admin = await waiting('a-admin', grant('a-admin', 'admin'));
    expect(reader.approval.requirement.steps).toEqual([{ from: ['group:it-operations'], votes: 1 }]);
    expect(await voteOf('bob', admin.approval)).toBe('403 not_an_approver');
    expect(await voteOf('bob', reader.approval)).toBe('approved');
  });

  it('aws-samples/iam-identity-center-team #415: approvers of one group of requesters don’t decide for another', async () => {
    const employee = await waiting('a-employee', grant('a-employee', 'reader'));
    const contractor = await waiting('a-contractor', grant('a-contractor', 'reader'), 'amir');
    expect(await voteOf('carol', employee.approval)).toBe('403 not_an_approver');
    expect(await voteOf('bob', contractor.approval)).toBe('403 not_an_approver');
    expect(await voteOf('carol', contractor.approval)).toBe('approved');
  });

  it('aws-samples/iam-identity-center-team #253: of two rules on one call neither is ignored: both approvals are needed', async () => {
    const { approval } = await waiting('a-both', grant('a-both', 'steward'));
    expect(approval.calls[0]?.rule_ids).toEqual(['steward-by-operations', 'steward-by-security']);
    expect(await voteOf('bob', approval)).toBe('pending');
    expect(await site.done('a-both')).toEqual([]);
    expect(await voteOf('carol', approval)).toBe('approved');
  });

  it('a service in the approving group is no human in the loop', async () => {
    const { approval } = await waiting('a-bot', grant('a-bot', 'helper'));
    expect(await voteOf('operator', approval, { user_id: 'bot' })).toBe('403 not_an_approver');
  });
});

describe('more than one approver, in order, with escalation', () => {
  it('gravitational/teleport #36854, #32928: dual authorisation takes both, in the order of the steps', async () => {
    const { approval } = await waiting('b-order', grant('b-order', 'auditor'));
    expect(await voteOf('carol', approval)).toBe('403 not_an_approver');
    expect(await voteOf('bob', approval)).toBe('pending');
    expect(await voteOf('bob', approval)).toBe('409 already_voted');
    expect(await voteOf('carol', approval)).toBe('approved');
    expect(await site.done('b-order')).toHaveLength(1);
  });

  it('gravitational/teleport #15008, #4016, Steward #205, Kapro #279, #292: a quorum counts people, and one rejection ends it', async () => {
    const { run, approval } = await waiting('b-quorum', grant('b-quorum', 'admin'));
    expect(await voteOf('carol', approval)).toBe('pending');
    expect(await voteOf('dave', approval, { decision: 'reject', reason: 'not this quarter' })).toBe(
      'rejected',
    );
    const over = await site.run(run.run_id);
    expect([over.status, over.output]).toEqual(['rejected', expect.stringContaining('not this quarter')]);
    expect(await site.done('b-quorum')).toEqual([]);
  });

  it('aws-samples/iam-identity-center-team #38, documenso #3087: when approvers are away, those escalated to may vote in their place', async () => {
    const { run, approval } = await waiting('b-away', grant('b-away', 'admin'));
    expect(await voteOf('lena', approval)).toBe('403 not_an_approver');
    await site.later(run, 7201);
    const [escalated] = (await site.record(run)).filter(({ type }) => type === 'approval-escalated');
    expect(escalated?.data).toMatchObject({ stage: 1, to: ['group:leads'] });
    const lena = { id: 'lena', channel: 'console', assurance: 'linked' } as const;
    expect(await site.voteThrough(lena, approval, 7201)).toBe('accepted');
    expect(await site.done('b-away')).toEqual([]);
    expect(await voteOf('carol', approval)).toBe('approved');
  });
});
