import { OutcomeUnknownError, UnavailableError } from '@hitl/core';
import { describe, expect, it } from '@jest/globals';
import { openSlack } from '../../test/open-slack.ts';
import { SlackRefusedError } from '../call/slack-refused-error.ts';
import { SlackBusyError } from './slack-busy-error.ts';

async function failureOf(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('the Slack client', () => {
  it('keeps the tier with many workers at once, and gives up when its time is over', async () => {
    const { front, openClient, channel, installation } = await openSlack();
    const ts = await front.say({ channel, user: front.workspace.users.alice ?? '', text: 'hi' });
    const workers = Array.from({ length: 5 }, openClient);
    const [worker] = workers;
    if (worker === undefined) throw new Error('unreachable');
    const call = (by: typeof worker, maxWaitMs: number) =>
      by.call(installation, 'conversations.replies', { channel, ts }, { maxWaitMs });
    for (let i = 0; i < 50; i += 1) await call(workers[i % 5] ?? worker, 0);
    expect(await failureOf(call(worker, 0))).toBeInstanceOf(SlackBusyError);
    expect(await failureOf(call(worker, 1_000))).toBeInstanceOf(SlackBusyError);
    await call(worker, 90_000);
    expect(front.calls('conversations.replies')).toHaveLength(51);
    expect(front.violations()).toEqual([]);
  });

  it('holds all workers back when Slack asks for a pause, and goes on after it', async () => {
    const { front, client, openClient, clock, channel, installation } = await openSlack();
    front.failNext('auth.test', { kind: 'rate-limited', retryAfterSeconds: 20 });
    expect(await failureOf(client.call(installation, 'auth.test', {}, { maxWaitMs: 0 }))).toMatchObject({
      retryAfterMs: 20_000,
    });
    const startMs = clock.now();
    await openClient().call(installation, 'auth.test', {}, { maxWaitMs: 30_000 });
    expect(clock.now() - startMs).toBeGreaterThanOrEqual(20_000);
    expect(channel).not.toBe('');
  });

  it('takes another token where the one in its memory is refused, once, and for any method: nothing has happened', async () => {
    const tokens: string[] = [];
    const refusals: (string | undefined)[] = [];
    const botToken = async (_installation: object, refused?: string) => {
      refusals.push(refused);
      if (refused !== undefined && tokens.length > 1) tokens.shift();
      return tokens[0] ?? '';
    };
    const { front, client, channel, installation } = await openSlack({}, { botToken });
    const post = () => client.call(installation, 'chat.postMessage', { channel, text: 'hi' });
    const [old, revoked] = [front.issueToken().token, front.issueToken().token];
    front.revokeToken(old);
    front.revokeToken(revoked);
    tokens.push(old, front.botToken);
    expect(await post()).toMatchObject({ ok: true });
    expect(refusals).toEqual([undefined, old, undefined]);
    expect(await front.messages(channel)).toHaveLength(1);
    // Where there is no other, or the other is as bad, it is said.
    tokens.splice(0, 2, old);
    expect(await failureOf(post())).toMatchObject({ slackError: 'token_revoked' });
    tokens.splice(0, 1, old, revoked, front.botToken);
    expect(await failureOf(post())).toMatchObject({ slackError: 'token_revoked' });
    expect(await front.messages(channel)).toHaveLength(1);
  });

  it('tells what did not happen, what may have happened, and what Slack refused', async () => {
    const { front, client, channel, installation } = await openSlack();
    const post = () => client.call(installation, 'chat.postMessage', { channel, text: 'hi' });
    front.failNext('chat.postMessage', { kind: 'http', status: 503, when: 'after' });
    expect(await failureOf(post())).toBeInstanceOf(OutcomeUnknownError);
    front.failNext('chat.postMessage', { kind: 'reset' });
    expect(await failureOf(post())).toBeInstanceOf(OutcomeUnknownError);
    front.failNext('chat.postMessage', { kind: 'error', error: 'internal_error' });
    expect(await failureOf(post())).toBeInstanceOf(OutcomeUnknownError);
    front.failNext('chat.postMessage', { kind: 'error', error: 'is_archived' });
    expect(await failureOf(post())).toMatchObject({ code: 'slack_refused', slackError: 'is_archived' });
    // One that can be repeated is.
    front.failNext('auth.test', { kind: 'http', status: 500 }, 2);
    await client.call(installation, 'auth.test', {});
    front.failNext('auth.test', { kind: 'http', status: 500 }, 3);
    expect(await failureOf(client.call(installation, 'auth.test', {}))).toBeInstanceOf(UnavailableError);
    expect(await failureOf(client.call(installation, 'no.such.method', {}))).toBeInstanceOf(
      SlackRefusedError,
    );
  });

  it('knows that nothing was sent where nobody listens', async () => {
    const { openClient, installation, channel } = await openSlack(
      {},
      {
        // As undici says it; the library only keeps an error of its own realm, which jest's is not.
        fetch: async () => {
          throw new TypeError('fetch failed', {
            cause: Object.assign(new Error('connect'), { code: 'ECONNREFUSED' }),
          });
        },
      },
    );
    const failure = await failureOf(
      openClient().call(installation, 'chat.postMessage', { channel, text: 'x' }, { maxWaitMs: 0 }),
    );
    expect(failure).toBeInstanceOf(UnavailableError);
  });

  it('lets no token into an error', async () => {
    const { front, channel, installation } = await openSlack();
    const secret = ['xoxb', '1111111111', 'leakleakleak'].join('-');
    const { client } = await openSlack({}, { apiUrl: front.apiUrl, botToken: async () => secret });
    for (const fault of [{ kind: 'reset' }, { kind: 'http', status: 500 }, undefined] as const) {
      if (fault !== undefined) front.failNext('chat.postMessage', fault);
      const failure = await failureOf(client.call(installation, 'chat.postMessage', { channel, text: 'x' }));
      const seen =
        JSON.stringify(failure, Object.getOwnPropertyNames(failure)) +
        String((failure as Error).stack) +
        String((failure as Error).cause);
      expect(seen).not.toContain('leakleak');
    }
  });
});

describe('a message that is posted once', () => {
  const message = (channel: string) => ({ channel, text: 'card' });

  it('is posted once, whoever asks for it again, and unfurls nothing', async () => {
    const { front, client, openClient, channel, installation } = await openSlack();
    const first = await client.postOnce(installation, 'apr_1:5', message(channel));
    expect(await openClient().postOnce(installation, 'apr_1:5', message(channel))).toEqual(first);
    await client.postOnce(installation, 'apr_1:6', message(channel));
    const messages = await front.messages(channel);
    expect(messages).toHaveLength(2);
    expect(front.calls('chat.postMessage')[0]?.args).toMatchObject({
      unfurl_links: 'false',
      unfurl_media: 'false',
    });
  });

  it('is found again when its answer was lost, and not posted twice', async () => {
    const { front, client, channel, installation } = await openSlack();
    front.failNext('chat.postMessage', { kind: 'http', status: 503, when: 'after' });
    const posted = await client.postOnce(installation, 'apr_1:5', message(channel));
    expect((await front.messages(channel)).map(({ ts }) => ts)).toEqual([posted.ts]);
  });

  it('is found in its thread by the worker that comes after one that died', async () => {
    const { front, client, items, clock, channel, alice, installation } = await openSlack();
    const thread_ts = await front.say({ channel, user: alice, text: 'please' });
    // Dies after Slack took it and before it wrote that down.
    const put = items.put;
    let puts = 0;
    items.put = async (...args) => {
      puts += 1;
      if (args[0].startsWith('slack-post:') && puts > 1 && args[1].state === 'sent')
        throw new UnavailableError('died');
      return put(...args);
    };
    const posted = await client.postOnce(installation, 'k', { ...message(channel), thread_ts });
    items.put = put;
    expect(
      await failureOf(client.postOnce(installation, 'k', { ...message(channel), thread_ts })),
    ).toBeInstanceOf(UnavailableError);
    clock.advance(61_000);
    expect(await client.postOnce(installation, 'k', { ...message(channel), thread_ts })).toEqual(posted);
    expect(await front.messages(channel, thread_ts)).toHaveLength(2);
  });

  it('is posted when nothing of it is found, and tried again when Slack refused it', async () => {
    const { front, client, clock, channel, installation } = await openSlack();
    front.failNext('chat.postMessage', { kind: 'reset' });
    expect(await failureOf(client.postOnce(installation, 'k', message(channel)))).toBeInstanceOf(
      UnavailableError,
    );
    clock.advance(61_000);
    await client.postOnce(installation, 'k', message(channel));
    front.failNext('chat.postMessage', { kind: 'error', error: 'not_in_channel' });
    expect(await failureOf(client.postOnce(installation, 'l', message(channel)))).toBeInstanceOf(
      SlackRefusedError,
    );
    await client.postOnce(installation, 'l', message(channel));
    expect(await front.messages(channel)).toHaveLength(2);
  });
});
