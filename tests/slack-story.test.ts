import { type ItemStore, systemClock } from '@hitl/core';
import {
  createBrowser,
  createMemoryItemStore,
  createMemoryJobQueue,
  createMemorySessionStore,
} from '@hitl/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createSlackWorker, openSlackParts } from '../functions/slack-worker/src/index.ts';
import { actionIds, modalBlocks } from '../packages/slack/src/approval-controls.ts';
import { slackJobSchema } from '../packages/slack/src/jobs.ts';
import { all, createSlackPeople, grant } from './fixtures/slack-people.ts';
import { openSlackSite, type SlackSite } from './fixtures/slack-site.ts';
import { throughTunnel } from './fixtures/through-tunnel.ts';

const publicUrl = 'https://tunnel.example';
let slack: SlackSite;
beforeAll(async () => {
  slack = await openSlackSite({
    env: { PUBLIC_URL: publicUrl, APPROVAL_PAGE_PATH: '/slack/approvals' },
  });
});
afterAll(() => slack?.close());

const { mention, threadOf, pendingApproval, cardOf, click, submit } = createSlackPeople(() => slack);

describe('a request in Slack', () => {
  it('is answered in its thread, asks the approvers, and is executed once the right person clicked', async () => {
    const { user, said, text } = await mention('alice');
    const approval = await pendingApproval(user);
    const waiting = await threadOf({ said });
    expect(all(waiting)).toContain('I will give the role.');
    // One mention comes as two events, and is one run.
    const { items } = (
      await slack.site.field.api<{ items: { query: string; run_id: string }[] }>(
        'operator',
        'GET',
        '/agent/runs',
      )
    ).body;
    expect(items.filter(({ query }) => query === text)).toHaveLength(1);

    const card = await cardOf(approval.approval_id);
    expect(all([card])).toContain(user);
    expect(card.unfurl_links).not.toBe(true);
    expect(await slack.cards(approval.approval_id, slack.ops, said.thread_ts)).toHaveLength(1);

    const [refusal] = await click('mallory', card, actionIds.approve);
    expect(refusal).toMatch(/not among the people/);
    const [own] = await click('alice', card, actionIds.approve);
    expect(own).toMatch(/Nothing was changed/);
    expect(await slack.site.field.done(user)).toEqual([]);

    expect(await click('carol', card, actionIds.approve)).toEqual([]);
    expect(await slack.site.field.done(user)).toEqual([
      { tool: 'grant_role', arguments: { user, role: 'helper' } },
    ]);
    const answers = await threadOf({ said });
    expect(all(answers)).toContain(`Now ${user} is a helper.`);
    expect(answers.every(({ stream }) => stream === undefined || stream.state !== 'streaming')).toBe(true);
    const cards = [
      await cardOf(approval.approval_id),
      ...(await slack.cards(approval.approval_id, slack.ops, said.thread_ts)),
    ].filter(({ blocks }) => JSON.stringify(blocks).includes('Approval request'));
    expect(cards).toHaveLength(2);
    for (const each of cards) {
      expect(all([each])).toMatch(/Approved.*by .*carol/);
      expect(all([each])).not.toContain(actionIds.approve);
    }
    const [vote] = (await slack.site.field.approval(approval)).votes;
    expect(vote).toMatchObject({
      principal_id: 'carol',
      channel: 'slack',
      assurance: 'linked',
      rendered_digest: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  it('is not executed when it is rejected, and the requester reads why', async () => {
    const { user, said } = await mention('alice');
    const { approval_id } = await pendingApproval(user);
    await click('carol', await cardOf(approval_id), actionIds.reject);
    await submit('carol', { [modalBlocks.reason]: 'not this quarter' });
    expect(all([await cardOf(approval_id)])).toMatch(/rejected/i);
    expect(all([await cardOf(approval_id)])).toContain('not this quarter');
    expect(all(await threadOf({ said }))).toContain('not this quarter');
    expect(await slack.site.field.done(user)).toEqual([]);
  });

  it('is executed as it was edited, on a new card, while the old one can not be voted on any more', async () => {
    const { user } = await mention('alice');
    const approval = await pendingApproval(user);
    const old = await cardOf(approval.approval_id);
    await click('carol', old, actionIds.edit);
    const changed = { user: `${user}-instead`, role: 'helper' };
    await submit('carol', { [`${modalBlocks.argumentsPrefix}0`]: JSON.stringify(changed) });
    const cards = await slack.cards(approval.approval_id, slack.approvals);
    expect(cards).toHaveLength(2);
    const [replaced, anew] = cards;
    expect(replaced?.ts).toBe(old.ts);
    expect(JSON.stringify(replaced?.blocks)).not.toContain(actionIds.approve);
    if (anew === undefined) throw new Error('no new card');
    expect(await click('carol', anew, actionIds.approve)).toEqual([expect.stringMatching(/changed/)]);
    expect(await click('dave', anew, actionIds.approve)).toEqual([]);
    expect(await slack.site.field.done(`${user}-instead`)).toEqual([
      { tool: 'grant_role', arguments: changed },
    ]);
  });

  it('of somebody whom the directory does not know is refused politely, and the refusal is on the record', async () => {
    const before = slack.front.ephemerals().length;
    const { said, text } = await mention('stranger', () => [{ text: 'never said' }]);
    expect(await threadOf({ said })).toEqual([]);
    expect(slack.front.ephemerals().slice(before)).toMatchObject([
      { user: slack.account('stranger'), text: expect.stringContaining('not linked') },
    ]);
    const link = `slack:${slack.front.workspace.team_id}/${slack.account('stranger')}`;
    const entries = await slack.site.field.stack.deps.log.read('refusals');
    expect(entries.filter(({ actor }) => actor === link)).toMatchObject([
      { type: 'request-refused', data: { code: 'unknown_principal', channel: 'slack' } },
    ]);
    expect(slack.site.field.model.asked(text)).toEqual([]);
  });

  it('is answered once however often Slack delivers it', async () => {
    const { said, user } = await mention('alice', (name) => [{ text: `Hello ${name}.` }]);
    const before = await threadOf({ said });
    for (const [number, delivery] of said.deliveries.entries())
      await slack.driver.retry(delivery, number + 1);
    await slack.site.field.stack.idle();
    expect(await threadOf({ said })).toEqual(before);
    expect(all(before)).toContain(`Hello ${user}.`);
  });

  it('goes on in the same session when the thread goes on', async () => {
    const first = await mention('alice', (name) => [{ text: `Hello ${name}.` }]);
    const again = `and once more for ${first.user}`;
    await slack.driver.message({
      channel: slack.ops,
      user: slack.account('alice'),
      text: again,
      thread_ts: first.said.thread_ts,
    });
    await slack.site.field.stack.idle();
    // The first answer, the reply, and its answer.
    expect(await threadOf(first)).toHaveLength(3);
    const { items } = (
      await slack.site.field.api<{ items: { query: string; session_id: string }[] }>(
        'operator',
        'GET',
        '/agent/runs',
      )
    ).body;
    const sessions = items
      .filter(({ query }) => query.includes(first.user))
      .map(({ session_id }) => session_id);
    expect(sessions).toHaveLength(2);
    expect(new Set(sessions).size).toBe(1);
  });

  it('is repaired in place by the next delivery when the worker breaks in the middle', async () => {
    // The stream can not be ended, nor the message written: as when the worker dies right then.
    slack.front.failNext('chat.stopStream', { kind: 'http', status: 503, when: 'before' }, 2);
    slack.front.failNext('chat.update', { kind: 'error', error: 'fatal_error' }, 3);
    const { said, user } = await mention('alice', (name) => [{ text: `Complete for ${name}.` }]);
    const answers = await threadOf({ said });
    expect(all(answers)).toContain(`Complete for ${user}.`);
    expect(answers.every(({ stream }) => stream === undefined || stream.state !== 'streaming')).toBe(true);
    expect(slack.site.field.model.asked(`please make ${user} a helper`)).toHaveLength(1);
  });

  it('is listed and shown by the slash command', async () => {
    const { user } = await mention('alice');
    const { approval_id } = await pendingApproval(user);
    const run = async (text: string): Promise<string> => {
      const before = slack.front.ephemerals().length;
      await slack.driver.command({
        user: slack.account('carol'),
        channel: slack.approvals,
        command: '/hitl',
        text,
      });
      await slack.site.field.stack.idle();
      return JSON.stringify(slack.front.ephemerals().slice(before));
    };
    expect(await run('pending')).toContain(approval_id);
    expect(await run(`show ${approval_id}`)).toContain(user);
    expect(await run('show nothing-there')).toContain('no such request');
  });

  it('that is too large for a card is changed and approved on the page that the card leads to', async () => {
    const { user } = await mention('alice', (name) => grant(`${name}-${'x'.repeat(15_000)}`));
    const { approval_id } = await pendingApproval(user);
    const card = await cardOf(approval_id);
    const buttons = JSON.stringify(card.blocks);
    expect(buttons).not.toContain(actionIds.approve);
    const link = /"url":"([^"]+)"/.exec(buttons)?.[1] ?? '';
    expect(link).toBe(`${publicUrl}/slack/approvals/${approval_id}`);

    const url = slack.site.field.stack.url ?? '';
    const open = async (person: string) => {
      const browser = createBrowser({ sites: { [publicUrl]: throughTunnel(url) } });
      slack.front.consentNext({ answer: 'allow', user: slack.account(person) });
      const page = await browser.visit(link);
      const form = (name: string) => page.forms.find(({ action }) => action === `${approval_id}/${name}`);
      const submit = async (name: string, filled: Record<string, string>) => {
        const sent = form(name);
        if (sent === undefined) throw new Error(`${person} has no ${name}: ${page.text}`);
        const answer = await browser.submit(page, sent, filled);
        await slack.site.field.stack.idle();
        return answer;
      };
      return { browser, page, submit };
    };
    const editor = await open('carol');
    expect([editor.page.url, editor.page.status]).toEqual([link, 200]);
    const changed = { user: `${user}-short`, role: 'helper' };
    expect((await editor.submit('revision', { arguments: JSON.stringify(changed) })).url).toBe(link);
    const approver = await open('dave');
    expect((await approver.submit('ballot', { decision: 'approve' })).text).toContain(
      'approved</strong> by dave',
    );
    expect(await slack.site.field.done(`${user}-short`)).toEqual([
      { tool: 'grant_role', arguments: changed },
    ]);
    expect(JSON.stringify((await cardOf(approval_id)).blocks)).toMatch(/dave/);
    // The tunnel reaches that page; what asks for another login stays at home.
    const elsewhere = createBrowser({ sites: { [publicUrl]: throughTunnel(url) } });
    expect((await elsewhere.visit(`${publicUrl}/approvals/${approval_id}`)).status).toBe(421);
  });

  it('reminds the people who can decide, in the thread of the card', async () => {
    const { user } = await mention('alice');
    const approval = await pendingApproval(user);
    await slack.site.field.later(approval, 3700);
    const card = await cardOf(approval.approval_id);
    const [reminder, ...more] = (await slack.front.messages(slack.approvals, card.ts)).slice(1);
    expect(more).toEqual([]);
    if (reminder === undefined) throw new Error('nobody was reminded');
    expect(all([reminder])).toContain('still waits for you');
    for (const person of ['carol', 'dave', 'erin']) expect(all([reminder])).toContain(slack.account(person));
    expect(all([reminder])).not.toContain(slack.account('bob'));
  });

  it('is stopped by who asked for it, and not by whom it does not concern', async () => {
    const { user, said } = await mention('alice');
    const { approval_id } = await pendingApproval(user);
    const stop = async (person: string): Promise<void> => {
      const ts = (Date.now() / 1000).toFixed(6);
      await slack.driver.event({
        type: 'agent_session_stopped',
        channel: said.channel,
        thread_ts: said.thread_ts,
        user: slack.account(person),
        streaming_message_ts: [],
        event_ts: ts,
      });
      await slack.site.field.stack.idle();
    };
    const before = slack.front.ephemerals().length;
    await stop('bob');
    expect(slack.front.ephemerals().slice(before)).toMatchObject([{ user: slack.account('bob') }]);
    expect(all([await cardOf(approval_id)])).toContain(actionIds.approve);
    await stop('alice');
    expect(all(await threadOf({ said }))).toContain('Stopped');
    expect(all([await cardOf(approval_id)])).toContain('Cancelled');
    expect(await slack.site.field.done(user)).toEqual([]);
  });
});

describe('a worker whose time is short', () => {
  /** A worker of its own beside the site's, which gets the jobs that it is given. */
  async function openWorker(text: string, remainingMs: number, items: ItemStore = createMemoryItemStore()) {
    const { field } = slack.site;
    const queue = createMemoryJobQueue();
    const worker = createSlackWorker({
      application: field.stack.deps,
      feed: { publish() {}, subscribe: field.stack.deps.subscribe },
      sessions: createMemorySessionStore(),
      items,
      queue,
      ...openSlackParts({
        botToken: async () => slack.front.botToken,
        items,
        clock: systemClock,
        logger: field.stack.deps.logger,
        apiUrl: slack.front.apiUrl,
      }),
    });
    const user = slack.account('alice');
    const ts = await slack.front.say({ channel: slack.ops, user, text });
    const deliver = (job: unknown) =>
      worker(slackJobSchema.parse(job), {
        remainingMs: () => remainingMs,
        signal: new AbortController().signal,
      });
    const message = {
      kind: 'message',
      job_id: `message:${ts}`,
      received_at: new Date().toISOString(),
      team_id: slack.front.workspace.team_id,
      who: { team_id: slack.front.workspace.team_id, user_id: user },
      where: { channel_id: slack.ops, thread_ts: ts, message_ts: ts },
      text,
      addressed_by: 'mention',
    };
    return {
      queue,
      deliver,
      message,
      answers: async () => (await slack.front.messages(slack.ops, ts)).slice(1),
    };
  }

  it('hands the answer on until it is whole', async () => {
    const { field } = slack.site;
    const text = 'say something for the one in a hurry';
    field.model.script(text, [{ text: 'Something, in pieces.' }]);
    const { queue, deliver, message, answers: read } = await openWorker(text, 0);
    await deliver(message);
    expect(queue.jobs).toMatchObject([{ body: { kind: 'follow', hops: 1 } }]);
    for (let next = 0; next < queue.jobs.length; next += 1) await deliver(queue.jobs[next]?.body);
    const answers = await read();
    expect(all(answers)).toContain('Something, in pieces.');
    expect(all(answers)).toContain('✅ Done');
    expect(answers.every(({ stream }) => stream?.state !== 'streaming')).toBe(true);
    expect(field.model.asked(text)).toHaveLength(1);
  });

  it('goes on by itself when people decided before it had said that it waits for them', async () => {
    const { field } = slack.site;
    const text = 'make somebody-at-once a helper';
    const hold = Promise.withResolvers<void>();
    field.model.script(text, [
      { calls: [['acct__grant_role', { user: 'somebody-at-once', role: 'helper' }]] },
      { pause: { after: '', until: hold.promise }, text: 'Somebody is a helper already.' },
    ]);
    const items = createMemoryItemStore();
    const { queue, deliver, message, answers } = await openWorker(text, 120_000, {
      ...items,
      async put(key, value, options) {
        if (value.shown === 'waiting') {
          const approval = await field.approval({ run_id: key.slice('slack-run:'.length) });
          const { approval_id, digest } = approval;
          await field.api('carol', 'POST', `/approvals/${approval_id}/votes`, {
            decision: 'approve',
            digest,
          });
        }
        return items.put(key, value, options);
      },
    });
    await deliver(message);
    expect(queue.jobs).toMatchObject([{ body: { kind: 'follow' } }]);
    hold.resolve();
    await deliver(queue.jobs[0]?.body);
    expect(all(await answers())).toContain('Somebody is a helper already.');
  });
});
