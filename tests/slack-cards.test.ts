import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { actionIds, modalBlocks } from '../packages/slack/src/approval-controls.ts';
import type { ScriptedStep } from './fixtures/scripted-chat-model.ts';
import { all, createSlackPeople } from './fixtures/slack-people.ts';
import { openSlackSite, type SlackSite } from './fixtures/slack-site.ts';

const publicUrl = 'https://hitl.example.com';
let slack: SlackSite;
beforeAll(async () => {
  slack = await openSlackSite({ env: { PUBLIC_URL: publicUrl } });
});
afterAll(() => slack?.close());

const { say, mention, threadOf, pendingApproval, cardOf, click, submit } = createSlackPeople(() => slack);

const grantBoth = (user: string): readonly ScriptedStep[] => [
  {
    text: 'I will give both a role.',
    calls: [
      ['acct__grant_role', { user, role: 'helper' }],
      ['acct__grant_role', { user: `${user}-too`, role: 'helper' }],
    ],
  },
  { text: 'Both are helpers now.' },
];
const edits = (card: { readonly blocks?: unknown }): string[] =>
  JSON.stringify(card.blocks).match(/"block_id":"edit-\d+"/g) ?? [];

const runsAbout = async (part: string) => {
  const { items } = (
    await slack.site.field.api<{
      items: { query: string; user_id: string; run_id: string; session_id: string }[];
    }>('operator', 'GET', '/agent/runs')
  ).body;
  return items.filter(({ query }) => query.includes(part));
};

describe('a card with several calls', () => {
  it('has each call edited by itself: the other is executed as it was asked for', async () => {
    const { user } = await mention('alice', grantBoth);
    const approval = await pendingApproval(user);
    const old = await cardOf(approval.approval_id);
    expect(edits(old)).toHaveLength(2);
    expect(await click('carol', old, actionIds.edit, 'edit-2')).toEqual([]);
    const view = JSON.stringify(slack.front.views().at(-1)?.view);
    expect(view).toContain('Call 2 of 2');
    expect(view).toContain(`${user}-too`);
    const changed = { user: `${user}-instead`, role: 'helper' };
    await submit('carol', { [`${modalBlocks.argumentsPrefix}0`]: JSON.stringify(changed) });

    const anew = await cardOf(approval.approval_id);
    expect(anew.ts).not.toBe(old.ts);
    expect(edits(anew)).toHaveLength(2);
    expect(all([anew])).toContain(`${user}-instead`);
    expect(all([anew])).not.toContain(`${user}-too`);
    const edited = (await slack.site.field.record(approval)).filter(({ type }) => type === 'approval-edited');
    expect(edited).toMatchObject([{ actor: 'carol', data: { call_id: 'call_0_1', arguments: changed } }]);
    expect(await click('carol', anew, actionIds.approve)).toEqual([expect.stringMatching(/changed/)]);
    expect(await click('dave', anew, actionIds.approve)).toEqual([]);
    expect(await slack.site.field.done(user)).toHaveLength(1);
    expect(await slack.site.field.done(`${user}-instead`)).toHaveLength(1);
    expect(await slack.site.field.done(`${user}-too`)).toEqual([]);
  });

  it('asks over HTTP which of them is meant, and takes its name', async () => {
    const { user } = await mention('alice', grantBoth);
    const { approval_id, digest } = await pendingApproval(user);
    const edit = (more: object) =>
      slack.site.field.api('carol', 'POST', `/approvals/${approval_id}/edit`, {
        arguments: { user: `${user}-instead`, role: 'helper' },
        digest,
        ...more,
      });
    expect(await edit({})).toMatchObject({ status: 400, body: { errors: [{ path: 'call_id' }] } });
    expect(await edit({ call_id: 'call_0_7' })).toMatchObject({ status: 400 });
    expect(await edit({ call_id: 'call_0_0' })).toMatchObject({
      status: 200,
      body: {
        calls: [
          { call_id: 'call_0_0', arguments: { user: `${user}-instead` } },
          { call_id: 'call_0_1', arguments: { user: `${user}-too` } },
        ],
      },
    });
  });
});

describe('a card that is too large', () => {
  afterEach(() => slack.front.limitBlocks());

  const onlyLeads = (card: { readonly blocks?: unknown }, approvalId: string): void => {
    const shown = JSON.stringify(card.blocks);
    expect(shown).toContain('too large for Slack to show it whole');
    expect(shown.match(/"action_id":"[^"]+"/g)).toEqual([`"action_id":"${actionIds.open}"`]);
    expect(shown).toContain(`"url":"${publicUrl}/approvals/${approvalId}"`);
  };

  it('for us has no vote, leads to the page, and is decided there', async () => {
    const long = 'x'.repeat(4_000);
    const { user, said } = await mention('alice', (name) => [
      { calls: [['acct__grant_role', { user: `${name} ${long}`, role: 'helper' }]] },
      { text: `${name} is a helper.` },
    ]);
    const approval = await pendingApproval(user);
    const [inThread] = await slack
      .cards(approval.approval_id, slack.ops, said.thread_ts)
      .then((cards) => cards.filter(({ blocks }) => JSON.stringify(blocks).includes('Approval needed')));
    const card = await cardOf(approval.approval_id);
    for (const each of [card, inThread]) onlyLeads(each ?? {}, approval.approval_id);
    expect(all([card])).not.toContain('xxxx');
    for (const action of [actionIds.approve, actionIds.reject, actionIds.edit])
      await expect(click('carol', card, action)).rejects.toThrow('nothing to click');
    expect((await slack.site.field.approval(approval)).votes).toEqual([]);

    await slack.site.field.vote('carol', await slack.site.field.approval(approval));
    expect(await slack.site.field.done(`${user} ${long}`)).toHaveLength(1);
    expect(all([await cardOf(approval.approval_id)])).toMatch(/Approved.*by .*carol/);
  });

  it('for Slack alone becomes the same, in place as well as when it is posted', async () => {
    const { user } = await mention('alice');
    const approval = await pendingApproval(user);
    const whole = await cardOf(approval.approval_id);
    expect(all([whole])).toContain(actionIds.approve);
    slack.front.limitBlocks(2_000);
    const refused = slack.front.calls().filter(({ error }) => error === 'msg_blocks_too_long').length;
    await slack.site.field.later(approval, 3_700);
    const small = await cardOf(approval.approval_id);
    expect(small.ts).toBe(whole.ts);
    onlyLeads(small, approval.approval_id);
    expect(slack.front.calls().filter(({ error }) => error === 'msg_blocks_too_long').length).toBeGreaterThan(
      refused,
    );
    await expect(click('carol', small, actionIds.approve)).rejects.toThrow('nothing to click');

    const second = await mention('alice');
    const posted = await pendingApproval(second.user);
    onlyLeads(await cardOf(posted.approval_id), posted.approval_id);
  });

  it('is what Slack’s refusal of its blocks makes of it too', async () => {
    slack.front.failNext('chat.postMessage', { kind: 'error', error: 'invalid_blocks' });
    slack.front.failNext('chat.update', { kind: 'error', error: 'invalid_blocks' }, 2);
    const { user } = await mention('alice');
    const { approval_id } = await pendingApproval(user);
    onlyLeads(await cardOf(approval_id), approval_id);
  });
});

describe('an escalation', () => {
  it('mentions in the thread of the card the people whom it was passed on to, who can decide now', async () => {
    const { user } = await mention('alice', (name) => [
      { calls: [['acct__grant_role', { user: name, role: 'admin' }]] },
      { text: 'Done.' },
    ]);
    const approval = await pendingApproval(user);
    const card = await cardOf(approval.approval_id);
    expect(all([card])).not.toContain(slack.account('lena'));
    await slack.site.field.later(approval, 7_201);
    const told = (await slack.front.messages(slack.approvals, card.ts)).slice(1);
    const passedOn = told.find((message) => all([message]).includes('passed on to you'));
    if (passedOn === undefined) throw new Error('nobody was told');
    expect(JSON.stringify(passedOn.blocks)).toContain(`"user_id":"${slack.account('lena')}"`);
    expect(all([passedOn])).not.toContain(slack.account('alice'));
    const lena = { id: 'lena', assurance: 'linked', channel: 'slack' } as const;
    expect(await slack.site.field.voteThrough(lena, await slack.site.field.approval(approval), 7_300)).toBe(
      'accepted',
    );
  });
});

describe('/hitl run', () => {
  const command = async (person: string, text: string) => {
    const before = slack.front.ephemerals().length;
    const known = new Set((await slack.front.messages(slack.ops)).map(({ ts }) => ts));
    const answer = await slack.driver.command({
      user: slack.account(person),
      channel: slack.ops,
      command: '/hitl',
      text: `run ${text}`,
    });
    expect([answer.status, await answer.text()]).toEqual([200, '']);
    await slack.site.field.stack.idle();
    return {
      posted: (await slack.front.messages(slack.ops)).filter(({ ts }) => !known.has(ts)),
      told: slack.front.ephemerals().slice(before),
    };
  };
  it('puts the request into the channel, and its thread is the conversation with the one who asked', async () => {
    const text = 'make the-one-by-command a helper <!channel>';
    slack.site.field.model.script(text, [
      { calls: [['acct__grant_role', { user: 'the-one-by-command', role: 'helper' }]] },
      { text: 'The one by command is a helper.' },
    ]);
    const { posted, told } = await command('alice', text);
    expect(told).toEqual([]);
    const [root, ...more] = posted;
    if (root === undefined) throw new Error('nothing was posted');
    expect(more).toEqual([]);
    expect(JSON.stringify(root.blocks)).toContain(`"user_id":"${slack.account('alice')}"`);
    expect(root.text).not.toContain('<!channel>');
    const [run] = await runsAbout('the-one-by-command');
    expect(run).toMatchObject({ query: text, user_id: 'alice' });
    const said = { channel: slack.ops, thread_ts: root.ts };
    const { approval_id } = (await slack.site.field.approval({ run_id: run?.run_id ?? '' })) ?? {};
    const cards = (await threadOf({ said })).filter((message) => all([message]).includes(actionIds.approve));
    expect(cards).toHaveLength(1);
    expect(await click('carol', await cardOf(approval_id), actionIds.approve)).toEqual([]);
    expect(all(await threadOf({ said }))).toContain('The one by command is a helper.');

    // A reply needs no mention, and is of the same session.
    slack.site.field.model.script('and again by command', [{ text: 'Nothing more.' }]);
    await slack.driver.message({
      channel: slack.ops,
      user: slack.account('alice'),
      text: 'and again by command',
      thread_ts: root.ts,
    });
    await slack.site.field.stack.idle();
    const [again] = await runsAbout('and again by command');
    expect(again?.session_id).toBe(run?.session_id);
  });

  it('shows as much as fits of a long request and says how much more there is; the agent gets all of it', async () => {
    const text = `a very long wish ${'😀'.repeat(1_500)} to its end`;
    slack.site.field.model.script(text, [{ text: 'Granted.' }]);
    const { posted } = await command('alice', text);
    expect(JSON.stringify(posted.map(({ blocks }) => blocks))).toMatch(/… \[\d+ characters more\]/);
    expect((await runsAbout('a very long wish')).map(({ query }) => query)).toEqual([text]);
  });

  it('does nothing for whom the directory does not know, and says so where it may not write', async () => {
    const stranger = await command('stranger', 'do something strange');
    expect(stranger.posted).toEqual([]);
    expect(stranger.told).toMatchObject([{ text: expect.stringContaining('not linked') }]);
    slack.front.failNext('chat.postMessage', { kind: 'error', error: 'not_in_channel' });
    const outside = await command('alice', 'do something strange');
    expect(outside.told).toMatchObject([{ text: expect.stringContaining('Invite me') }]);
    expect(await runsAbout('something strange')).toEqual([]);
  });
});

describe('our own Stop button, where Slack has none', () => {
  /** A run that thinks until it is let go, and its message with the button. */
  async function thinking(person: string, before: readonly ScriptedStep[]) {
    const { repository } = slack.site.field.stack.deps;
    const toldBefore = slack.front.ephemerals().length;
    slack.front.failNext('agents.sessions.setStatus', { kind: 'error', error: 'not_an_agent' }, 3);
    const hold = Promise.withResolvers<void>();
    const spoken = await say(person, () => [
      ...before,
      { pause: { after: '', until: hold.promise }, text: 'Never mind.' },
    ]);
    const withStop = () =>
      slack.front.until(async () =>
        (await threadOf(spoken)).find(({ blocks }) => JSON.stringify(blocks ?? []).includes(actionIds.stop)),
      );
    const stop = async (who: string): Promise<void> => {
      const { channel, ts } = await withStop();
      const { thread_ts } = spoken.said;
      const pressed = { user: slack.account(who), channel, message_ts: ts, thread_ts };
      expect((await slack.driver.click({ ...pressed, action_id: actionIds.stop })).status).toBe(200);
    };
    const told = (who: string) =>
      slack.front.until(() =>
        slack.front
          .ephemerals()
          .slice(toldBefore)
          .find(({ user }) => user === slack.account(who)),
      );
    /** Lets the run go on once the record has that it is to stop. */
    const letGoStopped = async (): Promise<void> => {
      const runId = (await runsAbout(spoken.user))[0]?.run_id ?? '';
      while ((await repository.load(runId))?.cancel_requested_by === undefined)
        await new Promise((resolve) => setTimeout(resolve, 10));
      hold.resolve();
      await slack.site.field.stack.idle();
    };
    return { ...spoken, letGoStopped, stop, told };
  }

  it('stops a run for its requester, and tells anybody else that it is not theirs', async () => {
    const run = await thinking('alice', []);
    await run.stop('carol');
    expect(JSON.stringify(await run.told('carol'))).toContain('only the requester or an approver');
    await run.stop('alice');
    await run.letGoStopped();
    const answers = await threadOf(run);
    expect(all(answers)).toMatch(/Stopped.*alice/);
    expect(all(answers)).not.toContain(actionIds.stop);
  });

  it('stops a run for who was asked to approve something of it, and the record says who did', async () => {
    const run = await thinking('alice', [
      { calls: [['acct__grant_role', { user: 'stopped-in-time', role: 'helper' }]] },
    ]);
    await slack.front.until(
      async () => (await pendingApproval(run.user).catch(() => undefined)) ?? undefined,
    );
    const approval = await pendingApproval(run.user);
    const card = await slack.front.until(() => cardOf(approval.approval_id).catch(() => undefined));
    await slack.driver.click({
      user: slack.account('carol'),
      channel: card.channel,
      message_ts: card.ts,
      action_id: actionIds.approve,
    });
    await run.stop('mallory');
    expect(JSON.stringify(await run.told('mallory'))).toContain('only the requester or an approver');
    await run.stop('dave');
    await run.letGoStopped();
    expect(all(await threadOf(run))).toMatch(/Stopped.*dave/);
    const record = await slack.site.field.record(approval);
    expect(record.filter(({ type }) => type === 'cancel-requested')).toMatchObject([
      { actor: 'dave', data: { principal_id: 'dave', channel: 'slack' } },
    ]);
    const refusals = await slack.site.field.stack.deps.log.read('refusals');
    expect(refusals.filter(({ actor }) => actor === 'mallory')).toMatchObject([
      { data: { code: 'forbidden', channel: 'slack' } },
    ]);
  });
});
