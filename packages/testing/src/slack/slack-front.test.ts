import { afterEach, describe, expect, it } from '@jest/globals';
import { WebClient, type WebClientOptions } from '@slack/web-api';
import { createFakeClock } from '../fake-clock.ts';
import { type SlackFront, type SlackFrontOptions, startSlackFront } from './start-slack-front.ts';

const opened: SlackFront[] = [];
afterEach(async () => {
  for (const front of opened.splice(0)) await front.close();
});

const quiet = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  setLevel() {},
  setName() {},
  getLevel: () => 'error',
};

async function open(options: SlackFrontOptions = {}) {
  const clock = createFakeClock();
  const front = await startSlackFront({
    clock,
    workspaces: [{ team_id: 'T0ACME', users: ['alice', 'carol'], channels: ['approvals'] }],
    ...options,
  });
  opened.push(front);
  const clientOf = (token: string, more: WebClientOptions = {}) =>
    new WebClient(token, {
      slackApiUrl: front.apiUrl,
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
      timeout: 2000,
      logger: quiet as unknown as NonNullable<WebClientOptions['logger']>,
      ...more,
    });
  const channel = front.workspace.channels.approvals ?? '';
  const alice = front.workspace.users.alice ?? '';
  return { front, clock, clientOf, client: clientOf(front.botToken), channel, alice };
}

/** Slack's code for why a call was refused, or `ok`. */
async function codeOf(call: Promise<unknown>): Promise<string> {
  try {
    await call;
    return 'ok';
  } catch (error) {
    const { data, code } = error as { data?: { error?: string }; code?: string };
    return data?.error ?? String(code);
  }
}

const section = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text } }) as const;

describe('the Slack front: tokens', () => {
  it('takes no token that was not issued, was revoked, has run out or lacks the scope', async () => {
    const { front, clock, clientOf, client, channel } = await open();
    expect(await client.auth.test()).toMatchObject({ team_id: 'T0ACME', bot_id: 'B0HITLBOT' });
    expect(await codeOf(clientOf('made-up').auth.test())).toBe('invalid_auth');
    expect(await codeOf(new WebClient(undefined, { slackApiUrl: front.apiUrl }).auth.test())).toBe(
      'not_authed',
    );
    const narrow = clientOf(front.issueToken({ scopes: ['commands'] }).token);
    expect(await codeOf(narrow.chat.postMessage({ channel, text: 'hi' }))).toBe('missing_scope');
    const rotating = front.issueToken({}, true);
    expect(await codeOf(clientOf(rotating.token).auth.test())).toBe('ok');
    clock.advance(43_200_000);
    expect(await codeOf(clientOf(rotating.token).auth.test())).toBe('token_expired');
    await client.auth.revoke();
    expect(await codeOf(client.auth.test())).toBe('token_revoked');
    expect(JSON.stringify(front.calls())).not.toContain(front.botToken);
  });

  it('installs by a code that works once, and refreshes by a token that works once', async () => {
    const app = { client_id: '1.2', client_secret: 'front-secret', rotation: true };
    const { front, clientOf } = await open({ app });
    const redirect_uri = 'http://app.invalid/oauth/callback';
    const page = new URL('/oauth/v2/authorize', front.url);
    page.search = new URLSearchParams({
      client_id: '1.2',
      redirect_uri,
      state: 's1',
      scope: 'chat:write,users:read',
    }).toString();
    const { headers } = await fetch(page, { redirect: 'manual' });
    const back = new URL(headers.get('location') ?? '');
    expect(back.searchParams.get('state')).toBe('s1');
    const nobody = clientOf('');
    const { rotation: _rotation, ...credentials } = app;
    const exchange = { ...credentials, redirect_uri, code: back.searchParams.get('code') ?? '' };
    expect(await codeOf(nobody.oauth.v2.access({ ...exchange, client_secret: 'no' }))).toBe(
      'bad_client_secret',
    );
    const installed = await nobody.oauth.v2.access(exchange);
    expect(installed).toMatchObject({
      team: { id: 'T0ACME' },
      is_enterprise_install: false,
      scope: 'chat:write,users:read',
      expires_in: 43_200,
    });
    expect(await codeOf(clientOf(installed.access_token ?? '').auth.test())).toBe('ok');
    expect(await codeOf(nobody.oauth.v2.access(exchange))).toBe('invalid_code');
    const refresh = {
      ...credentials,
      grant_type: 'refresh_token',
      refresh_token: installed.refresh_token ?? '',
    } as const;
    const renewed = await nobody.oauth.v2.access(refresh);
    expect(await codeOf(clientOf(renewed.access_token ?? '').auth.test())).toBe('ok');
    expect(await codeOf(nobody.oauth.v2.access(refresh))).toBe('invalid_refresh_token');
  });

  it('lets a person sign in by a code that works once, for this app and this way back only', async () => {
    const back = 'http://app.invalid/signed-in';
    const app = { client_id: '1.2', client_secret: 'front-secret', redirect_urls: [back] };
    const { front, clientOf } = await open({ app });
    const authorize = async (change: Readonly<Record<string, string>> = {}) => {
      const page = new URL('/openid/connect/authorize', front.url);
      page.search = new URLSearchParams({
        response_type: 'code',
        client_id: '1.2',
        scope: 'openid',
        redirect_uri: back,
        state: 's1',
        nonce: 'n1',
        ...change,
      }).toString();
      const { headers } = await fetch(page, { redirect: 'manual' });
      return new URL(headers.get('location') ?? 'none:');
    };
    for (const wrong of [
      { client_id: '9.9' },
      { response_type: 'token' },
      { scope: 'openid,chat:write' },
      { scope: 'email' },
      { redirect_uri: 'http://evil.invalid/' },
    ])
      expect((await authorize(wrong)).protocol).toBe('none:');
    const nobody = clientOf('');
    const exchange = async (change: Readonly<Record<string, string>> = {}) => {
      const code = (await authorize()).searchParams.get('code') ?? '';
      const { redirect_urls: _urls, ...credentials } = app;
      const args = { ...credentials, redirect_uri: back, code, ...change };
      return { args, answered: nobody.openid.connect.token(args) };
    };
    expect((await authorize()).searchParams.get('state')).toBe('s1');
    for (const [change, code] of [
      [{ client_id: '9.9' }, 'invalid_client_id'],
      [{ client_secret: 'no' }, 'bad_client_secret'],
      [{ redirect_uri: 'http://app.invalid/other' }, 'bad_redirect_uri'],
      [{ code: 'made-up' }, 'invalid_code'],
      [{ grant_type: 'refresh_token' }, 'invalid_grant_type'],
    ] as const)
      expect(await codeOf((await exchange(change)).answered)).toBe(code);
    const user = front.workspace.users.alice ?? '';
    front.consentNext({ answer: 'allow', user });
    const { args, answered } = await exchange();
    const { access_token: token = '', id_token: idToken = '' } = await answered;
    expect(await codeOf(nobody.openid.connect.token(args))).toBe('invalid_code');
    const claims = { 'https://slack.com/team_id': 'T0ACME', 'https://slack.com/user_id': user, sub: user };
    const payload = JSON.parse(Buffer.from(idToken.split('.')[1] ?? '', 'base64url').toString('utf8'));
    expect(payload).toMatchObject({ iss: 'https://slack.com', aud: '1.2', nonce: 'n1', ...claims });
    expect(await clientOf(token).openid.connect.userInfo()).toMatchObject(claims);
    expect(await codeOf(nobody.openid.connect.userInfo())).toBe('not_authed');
    expect(await codeOf(clientOf(front.botToken).openid.connect.userInfo())).toBe('invalid_auth');
    // It reads who signed in and nothing else.
    expect(await codeOf(clientOf(token).auth.test())).toBe('invalid_auth');
    expect(JSON.stringify(front.calls())).not.toContain(token);
  });

  it('installs for a whole organisation, and sends a person who declines back with an error', async () => {
    const { front, clientOf } = await open({
      workspaces: [
        { team_id: 'T1', enterprise_id: 'E1', channels: ['one'] },
        { team_id: 'T2', enterprise_id: 'E1', channels: ['two'] },
      ],
    });
    const page = new URL('/oauth/v2/authorize', front.url);
    const redirect_uri = 'http://app.invalid/back';
    page.search = new URLSearchParams({
      client_id: front.app.client_id,
      redirect_uri,
      scope: 'chat:write',
    }).toString();
    front.consentNext({ answer: 'deny' });
    const denied = await fetch(page, { redirect: 'manual' });
    expect(new URL(denied.headers.get('location') ?? '').searchParams.get('error')).toBe('access_denied');
    front.consentNext({ answer: 'allow', wholeOrganisation: true });
    const allowed = await fetch(page, { redirect: 'manual' });
    const code = new URL(allowed.headers.get('location') ?? '').searchParams.get('code') ?? '';
    const installed = await clientOf('').oauth.v2.access({ ...front.app, redirect_uri, code });
    expect(installed).toMatchObject({ team: null, enterprise: { id: 'E1' }, is_enterprise_install: true });
    const client = clientOf(installed.access_token ?? '');
    const two = front.workspaces[1]?.channels.two ?? '';
    expect(await codeOf(client.chat.postMessage({ channel: two, text: 'hello' }))).toBe('ok');
    expect(await codeOf(client.apiCall('auth.test', { team_id: 'T9' }))).toBe('team_access_not_granted');
  });
});

describe('the Slack front: messages', () => {
  it('keeps what is posted and updated, and refuses what is too long', async () => {
    const { front, client, channel } = await open();
    const posted = await client.chat.postMessage({
      channel,
      text: 'one',
      blocks: [section('one')],
      unfurl_links: false,
      unfurl_media: false,
    });
    await client.chat.update({ channel, ts: posted.ts ?? '', text: 'two', blocks: [section('two')] });
    expect(await front.messages(channel)).toMatchObject([
      {
        text: 'two',
        blocks: [section('two')],
        bot_id: 'B0HITLBOT',
        unfurl_links: false,
        unfurl_media: false,
      },
    ]);
    const update = (more: object) =>
      codeOf(client.apiCall('chat.update', { channel, ts: posted.ts, ...more }));
    expect(await update({ text: 'x'.repeat(4001) })).toBe('msg_too_long');
    expect(await update({ markdown_text: 'x'.repeat(12_001) })).toBe('msg_too_long');
    expect(await update({ markdown_text: 'x', text: 'y' })).toBe('markdown_text_conflict');
    expect(await codeOf(client.chat.postMessage({ channel: 'C404', text: 'x' }))).toBe('channel_not_found');
    expect(await codeOf(client.chat.postMessage({ channel, markdown_text: '**x**' }))).toBe('ok');
  });

  it.each([
    ['51 blocks', Array.from({ length: 51 }, () => section('x')), '/blocks'],
    ['a long section', [section('x'.repeat(3001))], '/blocks/0/text/text'],
    ['an empty section', [section('')], '/blocks/0/text/text'],
    ['an unknown block', [{ type: 'sectoin' }], '/blocks/0/type'],
    ['a header in mrkdwn', [{ type: 'header', text: { type: 'mrkdwn', text: 'x' } }], '/blocks/0/text/type'],
    [
      '26 buttons',
      [
        {
          type: 'actions',
          elements: Array.from({ length: 26 }, (_, i) => ({
            type: 'button',
            action_id: `a${i}`,
            text: { type: 'plain_text', text: 'x' },
          })),
        },
      ],
      '/blocks/0/elements',
    ],
    [
      'a long button value',
      [
        {
          type: 'actions',
          elements: [{ type: 'button', text: { type: 'plain_text', text: 'x' }, value: 'v'.repeat(2001) }],
        },
      ],
      '/blocks/0/elements/0/value',
    ],
    [
      'two blocks of one id',
      [
        { ...section('x'), block_id: 'a' },
        { ...section('y'), block_id: 'a' },
      ],
      '/blocks/1/block_id',
    ],
  ])('refuses %s, naming where', async (_name, blocks, pointer) => {
    const { client, channel } = await open();
    const refused = client.apiCall('chat.postMessage', { channel, text: 'x', blocks });
    await expect(refused).rejects.toMatchObject({
      data: { error: 'invalid_blocks', errors: [expect.stringContaining(`[json-pointer:${pointer}]`)] },
    });
  });

  it('shows an ephemeral message to one person, and lets a response URL be used five times within half an hour', async () => {
    const { front, clock, client, channel, alice } = await open();
    await client.chat.postEphemeral({ channel, user: alice, text: 'only you' });
    expect(front.ephemerals()).toMatchObject([{ user: alice, text: 'only you' }]);
    const post = async (url: string, body: object) =>
      (await fetch(url, { method: 'POST', body: JSON.stringify(body) })).status;
    const { ts = '' } = await client.chat.postMessage({ channel, text: 'card' });
    const target = { team_id: 'T0ACME', channel, user: alice, message_ts: ts };
    const url = front.createResponseUrl(target);
    expect(await post(url, { replace_original: true, text: 'decided' })).toBe(200);
    expect((await front.messages(channel)).map(({ text }) => text)).toEqual(['decided']);
    for (let use = 2; use <= 5; use += 1) expect(await post(url, { text: 'psst' })).toBe(200);
    expect(await post(url, { text: 'psst' })).toBe(404);
    const late = front.createResponseUrl(target);
    clock.advance(30 * 60_000 + 1);
    expect(await post(late, { text: 'psst' })).toBe(404);
  });
});

describe('the Slack front: streams', () => {
  it('streams through the official helper, with tasks and final blocks', async () => {
    const { front, client, channel, alice } = await open();
    const thread_ts = await front.say({ channel, user: alice, text: 'please' });
    await client.assistant.threads.setStatus({ channel_id: channel, thread_ts, status: 'is thinking' });
    expect(front.status(channel, thread_ts)?.status).toBe('is thinking');
    const streamer = client.chatStream({
      channel,
      thread_ts,
      recipient_user_id: alice,
      recipient_team_id: 'T0ACME',
      buffer_size: 4,
    });
    await streamer.append({ markdown_text: 'Looking ' });
    expect(front.status(channel, thread_ts)).toBeUndefined();
    const task = { type: 'task_update', id: 't1', title: 'jira/create_project' } as const;
    await streamer.append({ chunks: [{ ...task, status: 'in_progress' }] });
    await streamer.append({ markdown_text: 'up, done' });
    await streamer.append({ chunks: [{ ...task, status: 'complete' }] });
    const [, live] = await front.messages(channel, thread_ts);
    expect(live).toMatchObject({ text: 'Looking up, done', stream: { state: 'streaming' } });
    await streamer.stop({ markdown_text: '.', blocks: [section('Approve?')] });
    const [, done] = await front.messages(channel, thread_ts);
    expect(done).toMatchObject({
      text: 'Looking up, done.',
      blocks: [section('Approve?')],
      stream: { state: 'stopped', tasks: [{ id: 't1', status: 'complete' }] },
    });
    expect(front.calls('chat.startStream')).toHaveLength(1);
  });

  it('ends a stream when its life is over: neither append nor stop, until an update repairs the message', async () => {
    const { front, clock, client, channel, alice } = await open({ streamLifeMs: 1000 });
    const thread_ts = await front.say({ channel, user: alice, text: 'please' });
    const recipients = { recipient_user_id: alice, recipient_team_id: 'T0ACME' };
    const { ts = '' } = await client.chat.startStream({
      channel,
      thread_ts,
      markdown_text: 'a',
      ...recipients,
    });
    expect(await codeOf(client.chat.update({ channel, ts, text: 'x' }))).toBe('streaming_state_conflict');
    clock.advance(1000);
    const over = 'message_not_in_streaming_state';
    expect(await codeOf(client.chat.appendStream({ channel, ts, markdown_text: 'b' }))).toBe(over);
    expect(await codeOf(client.chat.stopStream({ channel, ts }))).toBe(over);
    expect((await front.messages(channel, thread_ts))[1]?.stream?.state).toBe('expired');
    await client.chat.update({ channel, ts, text: 'ab' });
    expect((await front.messages(channel, thread_ts))[1]).toMatchObject({
      text: 'ab',
      stream: { state: 'repaired' },
    });
  });

  it('wants a thread and a recipient, chunks that are chunks, and an end to long texts', async () => {
    const { front, client, channel, alice } = await open({ streamTextLimit: 20 });
    const thread_ts = await front.say({ channel, user: alice, text: 'please' });
    const recipients = { recipient_user_id: alice, recipient_team_id: 'T0ACME' };
    const start = (more: object) => codeOf(client.apiCall('chat.startStream', { channel, ...more }));
    expect(await start(recipients)).toBe('invalid_thread_ts');
    expect(await start({ thread_ts })).toBe('missing_recipient_user_id');
    expect(await start({ thread_ts, ...recipients, channel: 'C404' })).toBe('channel_not_found');
    expect(await start({ thread_ts, ...recipients, chunks: [{ type: 'task_update', id: 'x' }] })).toBe(
      'invalid_chunks',
    );
    const direct = await front.openDirectMessage(alice);
    expect(await start({ channel: direct, thread_ts })).toBe('ok');
    const { ts = '' } = await client.chat.startStream({ channel, thread_ts, ...recipients });
    const append = (text: string) => codeOf(client.chat.appendStream({ channel, ts, markdown_text: text }));
    expect(await append('x'.repeat(20))).toBe('ok');
    expect(await append('y')).toBe('msg_too_long');
    expect(await append('')).toBe('message_not_in_streaming_state');
  });
});

describe('the Slack front: rates and faults', () => {
  it('answers 429 with the time to wait beyond a tier, by method and workspace, and counts it', async () => {
    const { front, clock, client, channel } = await open({
      workspaces: [{ team_id: 'T0ACME' }, { team_id: 'T0TWO' }],
    });
    const general = channel || (front.workspace.channels.general ?? '');
    const { ts = '' } = await client.chat.postMessage({ channel: general, text: 'x' });
    const update = () => codeOf(client.chat.update({ channel: general, ts, text: 'y' }));
    for (let i = 0; i < 50; i += 1) {
      expect(await update()).toBe('ok');
      clock.advance(100);
    }
    await expect(client.chat.update({ channel: general, ts, text: 'y' })).rejects.toMatchObject({
      retryAfter: 55,
    });
    expect(front.violations()).toMatchObject([
      { method: 'chat.update', team_id: 'T0ACME', retry_after_seconds: 55 },
    ]);
    clock.advance(54_999);
    expect(await update()).not.toBe('ok');
    clock.advance(1);
    expect(await update()).toBe('ok');
    expect(front.violations()).toHaveLength(2);
  });

  it('lets one channel take sixty messages a minute, others go on', async () => {
    const { front, client, channel } = await open();
    const post = (to: string) => codeOf(client.chat.postMessage({ channel: to, text: 'x' }));
    for (let i = 0; i < 60; i += 1) await post(channel);
    expect(await post(channel)).not.toBe('ok');
    expect(await post(front.workspace.channels.general ?? '')).toBe('ok');
  });

  it('fails before or after the call took effect, in every way that networks and Slack have', async () => {
    const { front, clientOf, channel } = await open();
    const client = clientOf(front.botToken, { timeout: 100 });
    const post = (text: string) => client.chat.postMessage({ channel, text });
    const texts = async () => (await front.messages(channel)).map(({ text }) => text);
    front.failNext('chat.postMessage', { kind: 'http', status: 503 });
    front.failNext('chat.postMessage', { kind: 'reset' });
    front.failNext('chat.postMessage', { kind: 'reset', when: 'after' });
    front.failNext('chat.postMessage', { kind: 'timeout', when: 'after' });
    front.failNext('chat.postMessage', { kind: 'error', error: 'internal_error' });
    front.failNext('chat.postMessage', { kind: 'rate-limited', retryAfterSeconds: 7 });
    for (const text of ['503', 'reset', 'reset after', 'timeout after', 'error'])
      expect(await codeOf(post(text))).not.toBe('ok');
    await expect(post('limited')).rejects.toMatchObject({ retryAfter: 7 });
    expect(await codeOf(post('fine'))).toBe('ok');
    expect(await texts()).toEqual(['reset after', 'timeout after', 'fine']);
    expect(front.violations()).toEqual([]);
  });
});

describe('the Slack front: modals', () => {
  const modal = (title: string, more: object = {}) =>
    ({ type: 'modal', title: { type: 'plain_text', text: title }, blocks: [section('x')], ...more }) as never;

  it('opens one modal per trigger, within three seconds', async () => {
    const { front, clock, client, alice } = await open();
    const trigger = () => front.createTrigger({ team_id: 'T0ACME', user: alice });
    const first = trigger();
    const { view } = await client.views.open({ trigger_id: first, view: modal('Reject') });
    expect(await codeOf(client.views.open({ trigger_id: first, view: modal('Again') }))).toBe(
      'exchanged_trigger_id',
    );
    expect(await codeOf(client.views.open({ trigger_id: 'no', view: modal('x') }))).toBe(
      'invalid_trigger_id',
    );
    const late = trigger();
    clock.advance(3001);
    expect(await codeOf(client.views.open({ trigger_id: late, view: modal('x') }))).toBe(
      'expired_trigger_id',
    );
    await client.views.update({ view_id: view?.id ?? '', hash: view?.hash ?? '', view: modal('Filled') });
    expect(front.views()).toMatchObject([{ user: alice, view: { title: { text: 'Filled' } } }]);
    const stale = client.views.update({
      view_id: view?.id ?? '',
      hash: view?.hash ?? '',
      view: modal('Old'),
    });
    expect(await codeOf(stale)).toBe('hash_conflict');
  });

  it('refuses a modal that Slack would not show', async () => {
    const { front, client, alice } = await open();
    const openIt = (view: never) =>
      codeOf(
        client.views.open({ trigger_id: front.createTrigger({ team_id: 'T0ACME', user: alice }), view }),
      );
    const input = {
      type: 'input',
      label: { type: 'plain_text', text: 'Why' },
      element: { type: 'plain_text_input', max_length: 3001 },
    };
    expect(await openIt(modal('x'.repeat(25)))).toBe('invalid_arguments');
    expect(await openIt(modal('x', { private_metadata: 'x'.repeat(3001) }))).toBe('invalid_arguments');
    expect(await openIt(modal('x', { blocks: [input] }))).toBe('invalid_arguments');
  });
});
