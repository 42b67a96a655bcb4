import { systemClock } from '@hitl/core';
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
  front = await startSlackFront({ workspaces: [{ team_id: 'T0ACME', users: ['alice'], channels: ['ops'] }] });
});
afterAll(() => front?.close());

async function openWorker(agent: Agent) {
  const { users, channels } = front.workspace;
  const alice = users.alice ?? '';
  const items = createMemoryItemStore();
  const application = {
    log: createMemoryAuditLog(),
    clock: systemClock,
    ids: createSequentialIds(),
    logger: silent,
    directory: createMemoryDirectory([
      { id: 'alice', kind: 'user', groups: [], links: [`slack:T0ACME/${alice}`] },
    ]),
  } as unknown as SlackWorkerDeps['application'];
  const worker = createSlackWorker({
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
  const channel = channels.ops ?? '';
  const ts = await front.say({ channel, user: alice, text: 'hello' });
  const job: SlackJobOf<'message'> = {
    kind: 'message',
    job_id: `message:${ts}`,
    received_at: new Date().toISOString(),
    team_id: 'T0ACME',
    who: { team_id: 'T0ACME', user_id: alice },
    where: { channel_id: channel, thread_ts: ts, message_ts: ts },
    text: 'hello',
    addressed_by: 'mention',
  };
  const deliver = () => worker(job, { remainingMs: () => 300_000, signal: new AbortController().signal });
  const shown = async () => JSON.stringify((await front.messages(channel, ts)).slice(1));
  return { deliver, shown };
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
