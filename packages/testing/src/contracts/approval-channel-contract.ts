import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type {
  ApprovalChannel,
  ApprovalChannelSite,
  ChannelAnswer,
  ChannelBallot,
  PostedApproval,
} from './approval-channel.ts';

/**
 * What an approval must be through every channel: written once, run on each. Which codes a refusal has is read from the record, what
 * the person was told from the channel.
 */
export function describeApprovalChannel(
  name: string,
  open: () => Promise<{ readonly site: ApprovalChannelSite; readonly channel: ApprovalChannel }>,
): void {
  describe(`approvals through ${name}`, () => {
    let site: ApprovalChannelSite;
    let channel: ApprovalChannel;
    let people: ApprovalChannelSite['people'];
    beforeAll(async () => {
      ({ site, channel } = await open());
      people = site.people;
    });
    afterAll(() => site?.close());

    const vote = (approval: PostedApproval, ballot: Partial<ChannelBallot> = {}): Promise<ChannelAnswer> =>
      channel.vote(approval, {
        as: people.approver,
        decision: 'approve',
        digest: approval.digest,
        ...ballot,
      });
    /** The vote is refused, the person is told, and the refusal stands on the record under that code. */
    const refused = async (approval: PostedApproval, code: string, ballot: Partial<ChannelBallot> = {}) => {
      const before = await site.read(approval);
      const answer = await vote(approval, ballot);
      expect(answer).toMatchObject({ accepted: false, text: expect.stringMatching(/\S/) });
      const after = await site.read(approval);
      expect(after.refusals.slice(before.refusals.length)).toEqual([
        { actor: ballot.as ?? people.approver, code, channel: channel.recordedAs },
      ]);
      expect({ ...after, refusals: [] }).toEqual({ ...before, refusals: [] });
      return answer;
    };

    it('shows the exact call to those who decide on it', async () => {
      const approval = await site.ask();
      const card = await channel.show(approval);
      for (const part of approval.mustShow) expect(card).toContain(part);
    });

    it('executes exactly what was approved, exactly once, and says who approved through what', async () => {
      const approval = await site.ask();
      expect(await vote(approval)).toMatchObject({ accepted: true });
      expect(await site.read(approval)).toMatchObject({
        status: 'approved',
        decided_by: [people.approver],
        votes: [{ principal_id: people.approver, channel: channel.recordedAs, digest: approval.digest }],
        executions: [approval.arguments],
      });
    });

    it('race: of an approval and a rejection at the same moment one decides, and the other is told so', async () => {
      const approval = await site.ask();
      const [yes, no] = await Promise.all([
        vote(approval, { as: people.approver }),
        vote(approval, { as: people.secondApprover, decision: 'reject', reason: 'not today' }),
      ]);
      expect([yes.accepted, no.accepted].sort()).toEqual([false, true]);
      const outcome = await site.read(approval);
      const winner = yes.accepted ? people.approver : people.secondApprover;
      expect(outcome).toMatchObject({
        status: yes.accepted ? 'approved' : 'rejected',
        decided_by: [winner],
        executions: yes.accepted ? [approval.arguments] : [],
        refusals: [{ code: 'approval_not_pending' }],
      });
      expect((yes.accepted ? no : yes).text).toContain(winner);
    });

    it('race: two approvals at the same moment are one execution', async () => {
      const approval = await site.ask();
      const answers = await Promise.all([
        vote(approval, { as: people.approver }),
        vote(approval, { as: people.secondApprover }),
      ]);
      expect(answers.filter(({ accepted }) => accepted)).toHaveLength(1);
      expect((await site.read(approval)).executions).toHaveLength(1);
    });

    it('race: two people at the same moment are the two that a request needs', async () => {
      const approval = await site.ask({ votes: 2 });
      const answers = await Promise.all([
        vote(approval, { as: people.approver }),
        vote(approval, { as: people.secondApprover }),
      ]);
      expect(answers.map(({ accepted }) => accepted)).toEqual([true, true]);
      expect(await site.read(approval)).toMatchObject({
        status: 'approved',
        executions: [approval.arguments],
        refusals: [],
      });
    });

    it('replay: the same vote again adds nothing, before the decision and after it', async () => {
      const approval = await site.ask({ votes: 2 });
      expect(await vote(approval)).toMatchObject({ accepted: true });
      await refused(approval, 'already_voted');
      expect(await vote(approval, { as: people.secondApprover })).toMatchObject({ accepted: true });
      await refused(approval, 'already_voted');
      expect(await site.read(approval)).toMatchObject({
        votes: [{ principal_id: people.approver }, { principal_id: people.secondApprover }],
        executions: [approval.arguments],
      });
    });

    it('replay: what was shown of one request approves no other', async () => {
      const [one, other] = [await site.ask(), await site.ask()];
      await refused(other, 'digest_mismatch', { digest: one.digest });
      expect(await site.read(one)).toMatchObject({ status: 'pending', votes: [] });
    });

    it('stale digest: a vote on something else than what is asked is refused', async () => {
      const approval = await site.ask();
      await refused(approval, 'digest_mismatch', { digest: 'f'.repeat(64) });
    });

    it('edited: earlier votes are void, the old card approves nothing, the new one what it shows', async () => {
      const approval = await site.ask({ votes: 2 });
      expect(await vote(approval)).toMatchObject({ accepted: true });
      const changed = site.changedArguments(approval);
      const edit = { as: people.requester, arguments: changed, digest: approval.digest };
      expect(await channel.edit(approval, edit)).toMatchObject({ accepted: true });
      const edited = await site.read(approval);
      expect(edited).toMatchObject({
        status: 'pending',
        votes: [],
        void_votes: [{ principal_id: people.approver }],
      });
      expect(edited.digest).not.toBe(approval.digest);
      await refused(approval, 'digest_mismatch');
      await refused(approval, 'digest_mismatch', { as: people.secondApprover });
      const anew = { ...approval, digest: edited.digest };
      expect(await channel.show(anew)).toContain(Object.values(changed)[0]);
      for (const as of [people.approver, people.secondApprover])
        expect(await vote(anew, { as })).toMatchObject({ accepted: true });
      expect(await site.read(approval)).toMatchObject({ status: 'approved', executions: [changed] });
    });

    it('edited: whoever may not decide may not edit, and an editor decides no more', async () => {
      const approval = await site.ask();
      const changed = site.changedArguments(approval);
      const edit = { arguments: changed, digest: approval.digest };
      expect(await channel.edit(approval, { ...edit, as: people.outsider })).toMatchObject({
        accepted: false,
      });
      expect((await site.read(approval)).refusals).toEqual([
        { actor: people.outsider, code: 'forbidden', channel: channel.recordedAs },
      ]);
      expect(await channel.edit(approval, { ...edit, as: people.approver })).toMatchObject({
        accepted: true,
      });
      const anew = { ...approval, digest: (await site.read(approval)).digest };
      await refused(anew, 'editor_may_not_vote');
      expect(await site.read(approval)).toMatchObject({ status: 'pending', executions: [] });
    });

    it('expired: nothing is approved after its time', async () => {
      const approval = await site.ask();
      await site.expire(approval);
      const { text } = await refused(approval, 'approval_not_pending');
      expect(text).toMatch(/expired/i);
      expect(await site.read(approval)).toMatchObject({ status: 'expired', executions: [] });
    });

    it('forged: without the real credential nobody is anybody, and the record stays as it is', async () => {
      const approval = await site.ask();
      const before = await site.read(approval);
      for (const decision of ['approve', 'reject'] as const)
        expect(await vote(approval, { decision, reason: 'mine', isForged: true })).toMatchObject({
          accepted: false,
        });
      expect(await site.read(approval)).toEqual(before);
    });

    it('wrong user: somebody who is no approver decides nothing, neither way', async () => {
      const approval = await site.ask();
      await refused(approval, 'not_an_approver', { as: people.outsider });
      await refused(approval, 'not_an_approver', {
        as: people.outsider,
        decision: 'reject',
        reason: 'because',
      });
    });

    it('unknown user: whom the directory does not know decides nothing', async () => {
      const approval = await site.ask();
      await refused(approval, 'unknown_principal', { as: people.stranger });
    });

    it('revoked approver: who leaves the approving group between card and click is out at once', async () => {
      const approval = await site.ask();
      await site.dismiss(people.leaver);
      await refused(approval, 'not_an_approver', { as: people.leaver });
    });

    it('requester: nobody approves or rejects the own request', async () => {
      const approval = await site.ask({ requester: people.secondApprover });
      await refused(approval, 'requester_may_not_vote', { as: people.secondApprover });
      await refused(approval, 'requester_may_not_vote', {
        as: people.secondApprover,
        decision: 'reject',
        reason: 'I changed my mind',
      });
    });

    it('late click: the person is told who decided what, and when', async () => {
      const approval = await site.ask();
      await vote(approval, { as: people.secondApprover });
      const { decided_at } = await site.read(approval);
      const { text } = await refused(approval, 'approval_not_pending');
      expect(text).toContain(people.secondApprover);
      expect(text).toMatch(/approved/i);
      expect(text).toContain(channel.timeAsShown(decided_at ?? ''));
    });

    it('rejection: needs a reason, which the requester can read; nothing is executed', async () => {
      const approval = await site.ask();
      expect(await vote(approval, { decision: 'reject' })).toMatchObject({ accepted: false });
      expect(await vote(approval, { decision: 'reject', reason: '   ' })).toMatchObject({ accepted: false });
      expect(await site.read(approval)).toMatchObject({ status: 'pending', votes: [] });
      const reason = 'the account is still in use';
      expect(await vote(approval, { decision: 'reject', reason })).toMatchObject({ accepted: true });
      expect(await site.read(approval)).toMatchObject({
        status: 'rejected',
        reason,
        decided_by: [people.approver],
        executions: [],
      });
      await refused(approval, 'approval_not_pending', { as: people.secondApprover });
    });
  });
}
