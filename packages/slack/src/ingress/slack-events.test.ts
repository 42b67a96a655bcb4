import { toHttpApiEvent } from '@hitl/testing/slack';
import { describe, expect, it } from '@jest/globals';
import { openIngress, signingSecret } from '../../test/open-ingress.ts';
import { signatureOf } from '../verify/verify-signature.ts';

describe('events', () => {
  it('answers the challenge of a new URL, when signed', async () => {
    const { driver } = await openIngress();
    expect(await (await driver.urlVerification('abc')).json()).toEqual({ challenge: 'abc' });
    expect((await driver.urlVerification('abc', { signature: 'forged' })).status).toBe(401);
  });

  it('makes one job of a mention, which Slack tells twice, with the mention out of the text', async () => {
    const { driver, jobs, queue, ops, alice } = await openIngress();
    const said = await driver.mention({ channel: ops, user: alice, text: 'suspend jane &amp; tom' });
    expect(said.responses.map(({ status }) => status)).toEqual([200, 200]);
    expect(jobs()).toEqual([
      {
        kind: 'message',
        job_id: `message:T0ACME:${ops}:${said.ts}`,
        received_at: '2026-11-23T09:00:00.000Z',
        team_id: 'T0ACME',
        who: { team_id: 'T0ACME', user_id: alice },
        where: { channel_id: ops, thread_ts: said.ts, message_ts: said.ts },
        text: 'suspend jane & tom',
        addressed_by: 'mention',
      },
    ]);
    expect(queue.jobs[0]?.group).toBe(`${ops}:${said.ts}`);
  });

  it('goes on in a thread that it is in, and leaves all others alone', async () => {
    const { driver, jobs, queue, ops, alice, bob } = await openIngress();
    const said = await driver.mention({ channel: ops, user: alice, text: 'hello' });
    await driver.message({ channel: ops, user: bob, text: 'do it', thread_ts: said.ts });
    const other = await driver.message({ channel: ops, user: bob, text: 'lunch?' });
    await driver.message({ channel: ops, user: alice, text: 'yes', thread_ts: other.ts });
    expect(jobs()).toMatchObject([
      { text: 'hello' },
      { text: 'do it', addressed_by: 'thread', where: { thread_ts: said.ts } },
    ]);
    expect(new Set(queue.jobs.map(({ group }) => group)).size).toBe(1);
  });

  it('takes every direct message, each as a thread of its own', async () => {
    const { driver, jobs, front, alice } = await openIngress();
    const channel = await front.openDirectMessage(alice);
    const { ts } = await driver.message({ channel, user: alice, text: 'list users' });
    expect(jobs()).toMatchObject([{ addressed_by: 'direct', where: { channel_id: channel, thread_ts: ts } }]);
  });

  it('never answers itself, bots, edits, deletions, joins, or an edit that adds a mention', async () => {
    const { driver, jobs, front, ops, alice } = await openIngress();
    const bot = front.workspace.bot.user_id;
    const said = await driver.mention({ channel: ops, user: alice, text: 'hello' });
    await driver.echo(ops, said.ts);
    const base = { channel: ops, channel_type: 'channel', thread_ts: said.ts, text: `<@${bot}> again` };
    const ts = (n: number) => `1770000000.00000${n}`;
    const spoilt = [
      { user: bot },
      { user: alice, bot_id: 'B1' },
      { user: alice, bot_profile: { id: 'B1' } },
      { subtype: 'bot_message' },
      { user: alice, subtype: 'message_deleted', hidden: true },
      { user: alice, subtype: 'message_changed' },
      { user: alice, subtype: 'channel_join' },
      { user: alice, edited: { user: alice, ts: '1.1' } },
      { user: 'USLACKBOT' },
      {},
    ];
    for (const [n, members] of spoilt.entries())
      for (const type of ['message', 'app_mention'])
        await driver.event({ ...base, type, ts: ts(n), ...members });
    expect(jobs()).toHaveLength(1);
  });

  it('takes a repeated delivery once for 25 hours, whatever the retry number', async () => {
    const { driver, jobs, clock, ops, alice } = await openIngress();
    const said = await driver.mention({ channel: ops, user: alice, text: 'once' });
    for (const [number, afterMs] of [
      [1, 1000],
      [2, 60_000],
      [3, 300_000],
      [1, 24 * 3_600_000],
    ] as const) {
      clock.advance(afterMs);
      for (const delivery of said.deliveries) expect((await driver.retry(delivery, number)).status).toBe(200);
    }
    expect(jobs()).toHaveLength(1);
  });

  it('names the person’s own workspace in a shared channel, and the one that the app is installed in', async () => {
    const { driver, jobs, ops, alice } = await openIngress();
    await driver.event(
      {
        type: 'app_mention',
        channel: ops,
        user: alice,
        text: 'hi',
        ts: '1770000000.000001',
        user_team: 'T9',
      },
      { envelope: { team_id: 'T9', context_team_id: 'T0ACME' } },
    );
    expect(jobs()).toMatchObject([{ team_id: 'T0ACME', who: { team_id: 'T9', user_id: alice } }]);
  });

  it('names the organisation where the app is installed for all of it', async () => {
    const { driver, jobs, ops, alice } = await openIngress();
    await driver.event(
      { type: 'app_mention', channel: ops, user: alice, text: 'hi', ts: '1770000000.000001' },
      {
        envelope: {
          team_id: 'T0ACME',
          enterprise_id: 'E1',
          context_team_id: 'T2',
          authorizations: [
            {
              team_id: null,
              enterprise_id: 'E1',
              user_id: 'UBOT',
              is_bot: true,
              is_enterprise_install: true,
            },
          ],
        },
      },
    );
    expect(jobs()).toMatchObject([{ team_id: 'T2', enterprise_id: 'E1' }]);
  });

  it('turns Slack’s own Stop into a job that waits behind no answer', async () => {
    const { driver, jobs, queue, ops, alice } = await openIngress();
    const stopped = {
      type: 'agent_session_stopped',
      channel: ops,
      thread_ts: '1770000000.000001',
      user: alice,
      streaming_message_ts: ['1770000000.000002'],
    };
    await driver.event(stopped);
    expect(jobs()).toMatchObject([
      { kind: 'stop', who: { user_id: alice }, streaming_message_ts: ['1770000000.000002'] },
    ]);
    expect(queue.jobs[0]?.group).toBe(`stop:${ops}:1770000000.000001`);
  });

  it('tells the worker when the app or its token is gone, and of nothing else that was revoked', async () => {
    const { driver, jobs } = await openIngress();
    await driver.event({ type: 'app_uninstalled' });
    await driver.event({ type: 'tokens_revoked', tokens: { oauth: ['U1'], bot: [] } });
    await driver.event({ type: 'tokens_revoked', tokens: { bot: ['UBOT'] } });
    await driver.event(
      { type: 'team_access_revoked', team_ids: ['T7'] },
      {
        envelope: { team_id: null, context_team_id: null, enterprise_id: 'E1', authorizations: undefined },
      },
    );
    expect(jobs()).toMatchObject([
      { kind: 'uninstalled', reason: 'app_uninstalled', team_id: 'T0ACME' },
      { kind: 'uninstalled', reason: 'tokens_revoked' },
      { kind: 'uninstalled', reason: 'team_access_revoked', team_ids: ['T7'], enterprise_id: 'E1' },
    ]);
  });

  it('says in the log when Slack drops events, and takes what it does not know as delivered', async () => {
    const { driver, ingress, lines, clock } = await openIngress();
    const send = (body: object) => {
      const text = JSON.stringify(body);
      const at = String(clock.now() / 1000);
      const headers = {
        'x-slack-request-timestamp': at,
        'x-slack-signature': signatureOf(signingSecret, at, Buffer.from(text)),
      };
      return ingress(new Request('https://x/events', { method: 'POST', body: text, headers }));
    };
    const limited = { type: 'app_rate_limited', team_id: 'T0ACME', minute_rate_limited: 29_000_000 };
    expect((await send(limited)).status).toBe(200);
    expect(lines.filter(({ level }) => level === 'error')).toHaveLength(1);
    const unknown = await driver.event({ type: 'reaction_added', anything: { nested: [1] } });
    expect(unknown.responses[0]?.status).toBe(200);
    const odd = await send({ type: 'never_seen' });
    expect([odd.status, odd.headers.get('x-slack-no-retry')]).toEqual([400, '1']);
  });

  it('refuses what nobody may have sent, before it looks inside, and asks for no retry', async () => {
    const { driver, ingress, jobs, queue } = await openIngress();
    // Each of these would be an error, or a 200, to whoever parses first.
    const bodies = ['{"type":', 'payload=%', 'ssl_check=1&token=x', '', '\ud800', 'null'];
    for (const path of ['/events', '/slack/interactions', '/slack/commands'])
      for (const body of bodies)
        for (const signature of ['forged', 'missing', 'version', 'malformed'] as const) {
          const answer = await driver.raw(path, 'application/json', body, { signature });
          expect([answer.status, answer.headers.get('x-slack-no-retry')]).toEqual([401, '1']);
        }
    const future = await driver.raw('/events', 'application/json', '{}', { ageSeconds: -86_400 });
    expect(future.status).toBe(401);
    const large = await ingress(
      new Request('https://x/events', { method: 'POST', body: 'x'.repeat(600_000) }),
    );
    expect(large.status).toBe(413);
    expect((await ingress(new Request('https://x/events'))).status).toBe(405);
    expect((await ingress(new Request('https://x/other', { method: 'POST' }))).status).toBe(404);
    expect(jobs()).toEqual([]);
    expect(queue.jobs).toEqual([]);
  });

  it('reads a body that API Gateway handed over in base64 byte for byte', async () => {
    const { driver, ingress, jobs, ops, alice } = await openIngress();
    const said = await driver.mention({ channel: ops, user: alice, text: 'x' }, { twin: false });
    const [first] = said.deliveries;
    if (first === undefined) throw new Error('unreachable');
    const text = first.body
      .replace('<@', 'žluťoučký 😀 <@')
      .replaceAll(said.ts, '1770000000.000009')
      .replace(/"event_id":"[^"]+"/, '"event_id":"Ev9"');
    const delivery = driver.sign('/events', 'application/json', text);
    const { body, headers } = toHttpApiEvent(delivery);
    const bytes = Buffer.from(String(body), 'base64');
    const request = new Request('https://x/events', {
      method: 'POST',
      headers: headers as Record<string, string>,
      body: bytes,
    });
    expect((await ingress(request)).status).toBe(200);
    expect(jobs().at(-1)).toMatchObject({ text: expect.stringContaining('žluťoučký 😀') });
  });

  it('takes the previous signing secret while a new one is rolled out', async () => {
    const { driver } = await openIngress({ signingSecrets: ['the-new-one', signingSecret] });
    expect((await driver.urlVerification('abc')).status).toBe(200);
  });

  it('takes nothing while there is no signing secret', async () => {
    for (const signingSecrets of [[], [''], ['', signingSecret]]) {
      const { driver } = await openIngress({ signingSecrets });
      expect((await driver.urlVerification('abc')).status).toBe(503);
    }
  });
});
