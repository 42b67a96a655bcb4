import { refusalsStream, systemClock } from '@hitl/core';
import type { SlackJobOf } from '@hitl/slack';
import {
  createMemoryAuditLog,
  createMemoryDirectory,
  createMemoryItemStore,
  createMemoryJobQueue,
  createMemorySessionStore,
  createSequentialIds,
} from '@hitl/testing';
import { type SlackFront, startSlackFront } from '@hitl/testing/slack';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type Agent, createSlackWorker, openSlackParts, type SlackWorkerDeps } from '../src/index.ts';

const silent = { info() {}, warn() {}, error() {} };
let front: SlackFront;
beforeAll(async () => {
  front = await startSlackFront({
    workspaces: [{ team_id: 'T0ACME', users: ['alice', 'bob'], channels: ['ops'] }],
  });
});
/** What an expectation that failed left running. */
const closing = new AbortController();
afterAll(async () => {
  closing.abort();
  await front?.close();
});

async function openWorker(agent: Agent) {
  const { users, channels } = front.workspace;
  const { alice = '', bob = '' } = users;
  const items = createMemoryItemStore();
  const log = createMemoryAuditLog();
  const application = {
    log,
    clock: systemClock,
    ids: createSequentialIds(),
    logger: silent,
    directory: createMemoryDirectory([
      { id: 'alice', kind: 'user', groups: [], links: [`slack:T0ACME/${alice}`] },
      { id: 'bob', kind: 'user', groups: ['security'], links: [`slack:T0ACME/${bob}`] },
    ]),
  } as unknown as SlackWorkerDeps['application'];
  /** What workers share is the items, the record and Slack. */
  const open = () =>
    createSlackWorker({
      application,
      feed: { publish() {}, async *subscribe() {} },
      sessions: createMemorySessionStore(),
      items,
      queue: createMemoryJobQueue(),
      ...openSlackParts({
        botToken: async () => front.botToken,
        items,
        clock: systemClock,
        logger: silent,
        apiUrl: front.apiUrl,
      }),
      agent,
    });
  const worker = open();
  const channel = channels.ops ?? '';
  const ts = await front.say({ channel, user: alice, text: 'hello' });
  const common = { received_at: new Date().toISOString(), team_id: 'T0ACME' };
  const where = { channel_id: channel, thread_ts: ts, message_ts: ts };
  const job: SlackJobOf<'message'> = {
    ...common,
    kind: 'message',
    job_id: `message:${ts}`,
    who: { team_id: 'T0ACME', user_id: alice },
    where,
    text: 'hello',
    addressed_by: 'mention',
  };
  const { signal } = closing;
  let stops = 0;
  return {
    job,
    deliver: (remainingMs = 300_000) => worker(job, { remainingMs: () => remainingMs, signal }),
    /** In another process. Without a name it is Slack's own Stop, which names the thread. */
    stop(by: 'alice' | 'bob', named: { readonly run_id?: string } = {}): Promise<void> {
      stops += 1;
      const who = { team_id: 'T0ACME', user_id: users[by] ?? '' };
      return open()(
        { ...common, ...named, kind: 'stop', job_id: `stop:${ts}:${stops}`, who, where },
        { remainingMs: () => 300_000, signal },
      );
    },
    shown: async () => JSON.stringify((await front.messages(channel, ts)).slice(1)),
    told: () => front.ephemerals().flatMap((one) => (one.channel === channel ? [JSON.stringify(one)] : [])),
    refusals: async () => (await log.read(refusalsStream)).map(({ data }) => data),
  };
}

/** Says half of something, then nothing until it is left. */
function halfAnswer() {
  const begun = Promise.withResolvers<void>();
  let isLeft = false;
  const agent: Agent = {
    async *ask({ signal }) {
      yield 'The first half';
      begun.resolve();
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
      isLeft = true;
    },
  };
  return { agent, begun: begun.promise, isLeft: () => isLeft };
}

it('relays the answer of another agent, for the person and the session of the thread, and asks it once', async () => {
  const asked: { text: string; user_id: string; session_id: string }[] = [];
  const { deliver, shown } = await openWorker({
    async *ask({ text, user_id, session_id }) {
      asked.push({ text, user_id, session_id });
      yield 'From ';
      yield 'elsewhere.';
    },
  });
  await deliver();
  await deliver();
  expect(asked).toEqual([{ text: 'hello', user_id: 'alice', session_id: expect.stringMatching(/^ses_/) }]);
  expect(await shown()).toContain('From elsewhere.');
});

it('keeps what an agent said before it broke off, and says that it did', async () => {
  const { deliver, shown } = await openWorker({
    async *ask() {
      yield 'The first half';
      throw new Error('gone');
    },
  });
  await deliver();
  expect(await shown()).toContain('The first half');
  expect(await shown()).toContain('did not answer to the end');
});

it('asks when a delivery died before it asked, and never again after one that died later: nobody knows what the agent did', async () => {
  let asked = 0;
  const { deliver, shown } = await openWorker({
    async *ask() {
      asked += 1;
      yield 'Done, but who heard?';
    },
  });
  front.failNext('chat.startStream', { kind: 'error', error: 'not_allowed' });
  front.failNext('chat.postMessage', { kind: 'error', error: 'no_permission' });
  await expect(deliver()).rejects.toThrow();
  expect(asked).toBe(0);
  // The answer can not be ended.
  front.failNext('chat.stopStream', { kind: 'http', status: 503 }, 2);
  front.failNext('chat.update', { kind: 'error', error: 'fatal_error' }, 3);
  await expect(deliver()).rejects.toThrow();
  await deliver();
  expect(asked).toBe(1);
  expect(await shown()).toContain('was interrupted');
});

it('stops for who asked, whichever process was told, with what had come; for nobody else, and that is on the record', async () => {
  const { agent, begun, isLeft } = halfAnswer();
  const { deliver, stop, shown, told, refusals } = await openWorker(agent);
  const delivered = deliver();
  await begun;
  await stop('bob');
  expect(told().at(-1)).toContain('only who asked another agent may stop it');
  expect(await refusals()).toEqual([
    expect.objectContaining({ principal_id: 'bob', channel: 'slack', code: 'forbidden' }),
  ]);
  expect(isLeft()).toBe(false);
  await stop('alice');
  await delivered;
  expect(isLeft()).toBe(true);
  expect(await shown()).toContain('The first half');
  expect(await shown()).toMatch(/Stopped.*by.*alice/);
  expect(await shown()).not.toContain('did not answer');
  await stop('alice');
  expect(told().at(-1)).toContain('the answer is over already');
  expect(await refusals()).toHaveLength(1);
});

it('offers a Stop of its own before the agent has said a word, where Slack shows none', async () => {
  let heard = '';
  const { deliver, stop, shown, job } = await openWorker({
    async *ask({ signal }) {
      if (!signal.aborted) await new Promise((resolve) => signal.addEventListener('abort', resolve));
      heard = 'left';
    },
  });
  front.failNext('agents.sessions.setStatus', { kind: 'error', error: 'not_an_agent' });
  const delivered = deliver();
  await front.until(async () => (await shown()).includes(`"value":"${job.job_id}"`) || undefined);
  await stop('alice', { run_id: job.job_id });
  await delivered;
  expect(heard).toBe('left');
  expect(await shown()).toMatch(/Stopped.*by.*alice/);
  expect(await shown()).not.toContain('"value":');
});

it('never asks what was stopped before', async () => {
  let asked = 0;
  const { deliver, stop, shown } = await openWorker({
    async *ask() {
      asked += 1;
      yield 'Done';
    },
  });
  front.failNext('chat.startStream', { kind: 'error', error: 'not_allowed' });
  front.failNext('chat.postMessage', { kind: 'error', error: 'no_permission' });
  await expect(deliver()).rejects.toThrow();
  await stop('alice');
  await deliver();
  expect(asked).toBe(0);
  expect(await shown()).toMatch(/Stopped.*by.*alice/);
});

it('says that its time was over, below what had come', async () => {
  const { agent } = halfAnswer();
  const { deliver, shown } = await openWorker(agent);
  await deliver(40_050);
  expect(await shown()).toContain('The first half');
  expect(await shown()).toContain('The time for an answer here was over before the agent had ended');
});
