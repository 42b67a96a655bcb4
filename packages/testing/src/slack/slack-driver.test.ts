import { createHmac, timingSafeEqual } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WebClient } from '@slack/web-api';
import { createFakeClock } from '../fake-clock.ts';
import { createSlackDriver, type SlackDriver } from './create-slack-driver.ts';
import { type DeliveryOptions, toHttpApiEvent } from './delivery.ts';
import { type SlackFront, startSlackFront } from './start-slack-front.ts';

const signingSecret = 'driver-test-secret';
const clock = createFakeClock();
let front: SlackFront;
let driver: SlackDriver;
const arrived: { readonly url: string; readonly headers: Headers; readonly body: string }[] = [];
let answer: object | undefined;

/** The rules of Slack's documentation, written down a second time: they hold the driver to them. */
function isGenuine({ headers, body }: { headers: Headers; body: string }): boolean {
  const at = headers.get('x-slack-request-timestamp') ?? '';
  const given = headers.get('x-slack-signature') ?? '';
  if (!/^\d+$/.test(at) || Math.abs(clock.now() / 1000 - Number(at)) > 300) return false;
  const expected = `v0=${createHmac('sha256', signingSecret).update(`v0:${at}:`).update(body).digest('hex')}`;
  return given.length === expected.length && timingSafeEqual(Buffer.from(given), Buffer.from(expected));
}

beforeAll(async () => {
  front = await startSlackFront({ clock, workspaces: [{ team_id: 'T0ACME', users: ['alice', 'carol'] }] });
  driver = createSlackDriver({
    signingSecret,
    clock,
    front,
    async send(request) {
      const request_ = { url: request.url, headers: request.headers, body: await request.text() };
      arrived.push(request_);
      if (!isGenuine(request_)) return new Response('no', { status: 401 });
      return answer === undefined ? new Response('') : Response.json(answer);
    },
  });
});
afterAll(() => front?.close());

const last = () => arrived.at(-1) ?? { url: '', headers: new Headers(), body: '' };
const general = () => front.workspace.channels.general ?? '';
const user = (name: string) => front.workspace.users[name] ?? '';

describe('the Slack driver', () => {
  it('tells a mention twice, under two event ids, about one message that is really there', async () => {
    const said = await driver.mention({ channel: general(), user: user('alice'), text: 'žluťoučký kůň' });
    expect(said.responses.map(({ status }) => status)).toEqual([200, 200]);
    expect(new Set(said.event_ids).size).toBe(2);
    const events = arrived.slice(-2).map(({ body }) => JSON.parse(body));
    expect(events.map(({ event }) => event.type)).toEqual(['app_mention', 'message']);
    for (const { event } of events)
      expect(event).toMatchObject({ ts: said.ts, text: `<@${front.workspace.bot.user_id}> žluťoučký kůň` });
    const reply = await driver.message({
      channel: general(),
      user: user('carol'),
      text: 'and',
      thread_ts: said.ts,
    });
    expect((await front.messages(general(), said.ts)).map(({ ts }) => ts)).toEqual([said.ts, reply.ts]);
    expect(reply.thread_ts).toBe(said.ts);
    const channel = await front.openDirectMessage(user('alice'));
    await driver.message({ channel, user: user('alice'), text: 'hello' });
    expect(JSON.parse(last().body).event).toMatchObject({ channel_type: 'im', channel });
  });

  it('repeats a delivery as Slack does: the same event id, signed anew', async () => {
    const said = await driver.mention(
      { channel: general(), user: user('alice'), text: 'x' },
      { twin: false },
    );
    const [delivery] = said.deliveries;
    if (delivery === undefined) throw new Error('unreachable');
    clock.advance(60_000);
    expect((await driver.retry(delivery, 2, 'connection_failed')).status).toBe(200);
    expect(last().headers.get('x-slack-retry-num')).toBe('2');
    expect(last().headers.get('x-slack-retry-reason')).toBe('connection_failed');
    expect(JSON.parse(last().body).event_id).toBe(said.event_ids[0]);
  });

  it.each<[string, DeliveryOptions]>([
    ['forged', { signature: 'forged' }],
    ['missing', { signature: 'missing' }],
    ['labelled v1', { signature: 'version' }],
    ['malformed', { signature: 'malformed' }],
    ['for another body', { signature: 'tampered' }],
    ['stale', { ageSeconds: 301 }],
    ['from the future', { ageSeconds: -301 }],
    ['with a timestamp that is no number', { timestamp: '1e9' }],
  ])('sends signatures that are %s, which are not genuine', async (_name, how) => {
    const { status } = await driver.command(
      { channel: general(), user: user('alice'), command: '/hitl' },
      how,
    );
    expect(status).toBe(401);
    expect((await driver.urlVerification('c', { ageSeconds: 299 })).status).toBe(200);
  });

  it('clicks only what is on the card, with its blocks, a fresh trigger and a response URL', async () => {
    const client = new WebClient(front.botToken, { slackApiUrl: front.apiUrl });
    const { ts = '' } = await client.chat.postMessage({
      channel: general(),
      text: 'card',
      blocks: [
        {
          type: 'actions',
          block_id: 'vote',
          elements: [
            {
              type: 'button',
              action_id: 'approve',
              value: 'a1',
              text: { type: 'plain_text', text: 'Approve' },
            },
          ],
        },
      ],
    });
    const click = { channel: general(), message_ts: ts, user: user('carol'), action_id: 'approve' };
    await driver.click(click);
    const payload = JSON.parse(new URLSearchParams(last().body).get('payload') ?? '');
    expect(payload).toMatchObject({
      type: 'block_actions',
      user: { id: user('carol'), team_id: 'T0ACME' },
      message: { ts, blocks: [{ block_id: 'vote' }] },
      actions: [{ action_id: 'approve', block_id: 'vote', value: 'a1' }],
    });
    await expect(driver.click({ ...click, action_id: 'nothing' })).rejects.toThrow('"action_id":"approve"');

    const opened = await client.views.open({
      trigger_id: payload.trigger_id,
      view: {
        type: 'modal',
        title: { type: 'plain_text', text: 'Reject' },
        submit: { type: 'plain_text', text: 'Reject' },
        private_metadata: 'a1',
        blocks: [
          {
            type: 'input',
            block_id: 'reason',
            label: { type: 'plain_text', text: 'Why' },
            element: { type: 'plain_text_input', action_id: 'value' },
          },
        ],
      },
    });
    const view_id = opened.view?.id ?? '';
    const submission = { user: user('carol'), view_id, values: { reason: 'no' } };
    answer = { response_action: 'errors', errors: { reason: 'say more' } };
    await driver.submit(submission);
    expect(JSON.parse(new URLSearchParams(last().body).get('payload') ?? '').view).toMatchObject({
      private_metadata: 'a1',
      state: { values: { reason: { value: { value: 'no' } } } },
    });
    expect(front.views()).toHaveLength(1);
    answer = undefined;
    await driver.submit(submission);
    expect(front.views()).toEqual([]);
  });

  it('hands the same bytes over in base64, as API Gateway does', () => {
    const delivery = driver.sign('/events', 'application/json', '{"text":"ž"}');
    const event = toHttpApiEvent(delivery);
    expect(event).toMatchObject({ rawPath: '/events', isBase64Encoded: true });
    expect(Buffer.from(String(event.body), 'base64').toString('utf8')).toBe(delivery.body);
  });
});
