import { type JsonObject, systemClock } from '@hitl/core';
import {
  createSlackDriver,
  type SlackDriver,
  type SlackFront,
  startSlackFront,
  toHttpApiEvent,
} from '@hitl/testing/slack';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { actionIds } from '../../slack/src/approval-controls.ts';
import { openCloud, people } from './open-cloud.ts';
import { shareBundles } from './share-bundles.ts';

type Cloud = Awaited<ReturnType<typeof openCloud>>;
interface BatchAnswer {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}
const signingSecret = ['signed', 'in', 'slack'].join('-');
const suspend = 'suspend john.doe@example.com';

let front: SlackFront;
let cloud: Cloud;
let driver: SlackDriver;
let delivered = 0;

beforeAll(async () => {
  front = await startSlackFront({
    workspaces: [{ team_id: 'T0ACME', users: ['alice', 'carol'], channels: ['ops'] }],
  });
  cloud = await openCloud({
    bundles: await shareBundles(),
    slack: { url: front.url, secret: { signing_secret: signingSecret, bot_token: front.botToken } },
    functionMs: 300_000,
  });
  const linked = people.map(({ links = [], ...person }) => {
    const user = front.workspace.users[String(person.id)];
    return {
      ...person,
      links: [...(links as string[]), ...(user === undefined ? [] : [`slack:T0ACME/${user}`])],
    };
  });
  await cloud.setDirectory(linked);
  driver = createSlackDriver({
    signingSecret,
    clock: systemClock,
    front,
    async send(request) {
      const body = await request.text();
      const headers = Object.fromEntries(request.headers);
      const event = toHttpApiEvent({ url: request.url, headers, body });
      const { statusCode, body: text } = (await cloud.invoke('slack-ingress', event)) as {
        statusCode: number;
        body: string;
      };
      return new Response(text, { status: statusCode });
    },
  });
});
afterAll(async () => {
  await cloud?.close();
  await front?.close();
});

/** What Lambda's poller hands over of the queue: the records, and which of them failed. */
async function hand(...bodies: readonly unknown[]): Promise<readonly number[]> {
  const Records = bodies.map((body, index) => ({
    messageId: `message-${index}`,
    receiptHandle: `receipt-${index}`,
    eventSourceARN: 'arn:aws:sqs:eu-central-1:123456789012:dev-slack.fifo',
    attributes: { ApproximateReceiveCount: '2' },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  }));
  const { batchItemFailures } = (await cloud.invoke('slack-worker', { Records })) as unknown as BatchAnswer;
  return batchItemFailures.map(({ itemIdentifier }) => Number(itemIdentifier.replace('message-', '')));
}

/** Everything that was put into the queue and is not done yet, job by job, also what follows from it. */
async function work(): Promise<void> {
  for (; delivered < cloud.jobs.length; delivered += 1) {
    expect(await hand(cloud.jobs[delivered]?.body)).toEqual([]);
    await cloud.settle();
  }
}

async function mention(text: string): Promise<{ readonly channel: string; readonly thread_ts: string }> {
  const channel = front.workspace.channels.ops ?? '';
  const said = await driver.mention({ channel, user: front.workspace.users.alice ?? '', text });
  expect(said.responses.map(({ status }) => status)).toEqual([200, 200]);
  return said;
}

describe('the deployed Slack functions', () => {
  it('answer a mention, show the card and execute what was clicked, through nothing but the queue', async () => {
    const thread = await mention(suspend);
    await work();
    const answers = async () => (await front.messages(thread.channel, thread.thread_ts)).slice(1);
    const card = (await answers()).find(({ blocks }) => JSON.stringify(blocks).includes(actionIds.approve));
    if (card === undefined) throw new Error('there is no card in the thread');
    const click = await driver.click({
      ...thread,
      user: front.workspace.users.carol ?? '',
      message_ts: card.ts,
      action_id: actionIds.approve,
    });
    expect(click.status).toBe(200);
    await work();
    const queueOf = Object.fromEntries(cloud.jobs.map(({ queue, body }) => [body.kind, queue]));
    expect(queueOf).toEqual({
      message: 'dev-slack.fifo',
      notify: 'dev-slack-actions.fifo',
      vote: 'dev-slack-actions.fifo',
    });
    const all = JSON.stringify(await answers());
    expect(all).toMatch(/Approved.*carol/);
    expect((await answers()).every(({ stream }) => stream?.state !== 'streaming')).toBe(true);
    const { items } = await cloud.stores.runs.list({ limit: 10 });
    expect(items).toMatchObject([{ status: 'completed', query: suspend }]);
    expect(front.violations()).toEqual([]);
    // Whoever reads logs gets no secret.
    for (const secret of [signingSecret, front.botToken])
      expect(cloud.lines.join('\n')).not.toContain(secret);
  });

  it('give back what is no job, and what stands behind it untouched', async () => {
    const thread = await mention('suspend jane@example.com');
    const job = cloud.jobs[delivered]?.body as JsonObject;
    expect(await hand('no json', job)).toEqual([0, 1]);
    expect(await hand({ kind: 'unheard of' }, job)).toEqual([0, 1]);
    expect((await front.messages(thread.channel, thread.thread_ts)).slice(1)).toEqual([]);
    await work();
    expect((await front.messages(thread.channel, thread.thread_ts)).slice(1)).not.toEqual([]);
    await expect(cloud.invoke('slack-worker', { nothing: 'of a queue' })).rejects.toMatchObject({
      name: 'InvalidInputError',
    });
  });

  it('give a job back while Slack does not take the token, and do it once when it does', async () => {
    const thread = await mention('suspend jane.smith@example.com');
    const job = cloud.jobs[delivered]?.body;
    front.failNext('chat.startStream', { kind: 'error', error: 'token_revoked' });
    expect(await hand(job)).toEqual([0]);
    expect(cloud.putOff.at(-1)).toEqual({ queue: 'dev-slack.fifo', seconds: 15 });
    await work();
    expect(await hand(job)).toEqual([]);
    await work();
    const messages = (await front.messages(thread.channel, thread.thread_ts)).slice(1);
    expect(messages.filter(({ blocks }) => JSON.stringify(blocks).includes(actionIds.approve))).toHaveLength(
      1,
    );
    const { items } = await cloud.stores.runs.list({ limit: 10 });
    expect(items.filter(({ query }) => query.includes('jane.smith@'))).toHaveLength(1);
  });

  it('give back what must be shown and Slack takes nowhere, and show it when Slack takes it again', async () => {
    const thread = await mention('suspend jane@example.com, please');
    expect(await hand(cloud.jobs[delivered]?.body)).toEqual([]);
    delivered += 1;
    await cloud.settle();
    while (cloud.jobs[delivered]?.body.kind !== 'notify') delivered += 1;
    const card = cloud.jobs[delivered]?.body;
    front.failNext('chat.postMessage', { kind: 'error', error: 'is_archived' });
    expect(await hand(card)).toEqual([0]);
    await work();
    const messages = (await front.messages(thread.channel, thread.thread_ts)).slice(1);
    expect(JSON.stringify(messages)).toContain(actionIds.approve);
  });

  it('never keep a vote waiting for the picture of the vote before it', async () => {
    const thread = await mention('suspend john.doe@example.com again');
    await work();
    const answers = async () => (await front.messages(thread.channel, thread.thread_ts)).slice(1);
    const card = (await answers()).find(({ blocks }) => JSON.stringify(blocks).includes(actionIds.approve));
    await driver.click({
      ...thread,
      user: front.workspace.users.carol ?? '',
      message_ts: card?.ts ?? '',
      action_id: actionIds.approve,
    });
    front.failNext('chat.update', { kind: 'http', status: 503, when: 'before' }, 3);
    const vote = cloud.jobs[delivered];
    expect([vote?.body.kind, await hand(vote?.body)]).toEqual(['vote', []]);
    const redraw = cloud.jobs.find(({ body }) => body.kind === 'redraw');
    expect(redraw).toMatchObject({
      queue: 'dev-slack-actions.fifo',
      group: expect.not.stringMatching(/^approval/),
    });
    delivered += 1;
    await work();
    expect(JSON.stringify(await answers())).toMatch(/Approved.*carol/);
  });
});
