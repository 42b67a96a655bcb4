import { type Directory, type ItemStore, type JobQueue, systemClock } from '@hitl/core';
import {
  createInProcessJobQueue,
  createSlackCaller,
  createSlackIngress,
  type InProcessJobQueue,
  slackJobSchema,
} from '@hitl/slack';
import {
  createMemoryDirectory,
  createMemoryItemStore,
  createMemorySessionStore,
  type MemoryWorkflowEngine,
} from '@hitl/testing';
import { createSlackDriver, type Said, type SlackFront, startSlackFront } from '@hitl/testing/slack';
import type { BenchRow } from '../bench-row.ts';
import { createEchoModel, type EchoModel, echoOf } from './create-echo-model.ts';
import { WorkerDied } from './create-fuse.ts';
import { openMemoryApplication } from './open-memory-application.ts';
import { type MortalWorker, openMortalWorker } from './open-mortal-worker.ts';

const duplicateShare = 0.2;
const crashShare = 0.05;
/** Conversations at the same time. */
const lanes = 32;
const channelCount = 20;
/** Mentions per workspace: the emulated Slack behind the front takes 5,000 calls in an hour from one token. */
const perWorkspace = 1000;
const alice = { id: 'alice', kind: 'user', groups: [] } as const;

/**
 * Every mention is delivered at least once, a fifth of all deliveries are duplicates: half of them Slack's retry of the same event,
 * half the same message as another event. A twentieth of the worker's deliveries die at a random call.
 */
export async function measureExactlyOnce(events: number): Promise<BenchRow[]> {
  const began = performance.now();
  const distinct = Math.round(events * (1 - duplicateShare));
  const duplicates = events - distinct;
  const site = openSite();
  const wrong: string[] = [];
  for (let first = 0; first < distinct; first += perWorkspace) {
    const numbers = Array.from({ length: Math.min(perWorkspace, distinct - first) }, (_, i) => first + i);
    const isDoubled = (number: number): boolean =>
      // Spread evenly over the whole run.
      Math.floor(((number + 1) * duplicates) / distinct) > Math.floor((number * duplicates) / distinct);
    wrong.push(...(await playWorkspace(site, `T0ACME${first}`, numbers, isDoubled)));
  }
  for (const each of wrong.slice(0, 5)) process.stderr.write(`  ${each}\n`);
  const seconds = Math.round((performance.now() - began) / 1000);
  const { sent, crashes, deliveries, givenUp } = site.counts;
  const workspaces = Math.ceil(distinct / perWorkspace);
  return [
    {
      name: `slack: ${sent} events, ${sent - distinct} of them duplicates: answered exactly once`,
      value: distinct - wrong.length,
      unit: '',
      target: `${distinct}`,
      met: wrong.length === 0 && givenUp === 0 && sent === events,
      note: `${crashes} of ${deliveries} deliveries died in the worker, ${givenUp} given up, ${seconds} s, ${workspaces} workspaces; real: ingress, worker, runs, writer, limiter (limits x1000), Slack over HTTP; in memory: stores, queue, model`,
    },
  ];
}

interface Site {
  readonly echo: EchoModel;
  readonly random: () => number;
  readonly items: ItemStore;
  readonly queue: InProcessJobQueue;
  readonly engine: MemoryWorkflowEngine;
  readonly counts: { sent: number; crashes: number; deliveries: number; givenUp: number };
  /** Resolves when the message that opened the thread was handled. */
  endOf(teamId: string, thread: string): Promise<void>;
  /** From now on the workers reach that Slack. */
  turnTo(front: SlackFront): void;
}

function openSite(): Site {
  const counts = { sent: 0, crashes: 0, deliveries: 0, givenUp: 0 };
  const echo = createEchoModel();
  const random = seededRandom(4);
  const items = createMemoryItemStore();
  const ends = new Map<string, PromiseWithResolvers<void>>();
  /** Whoever comes first: the worker may be done before the driver is. */
  const endAt = (teamId: string, thread: string): PromiseWithResolvers<void> => {
    const end = ends.get(`${teamId}:${thread}`) ?? Promise.withResolvers<void>();
    ends.set(`${teamId}:${thread}`, end);
    return end;
  };
  const finish = (body: unknown): void => {
    const job = slackJobSchema.parse(body);
    if (job.kind === 'message') endAt(job.team_id, job.where.thread_ts).resolve();
  };
  let worker: MortalWorker | undefined;
  const queue = createInProcessJobQueue({
    handle: async ({ body }) => {
      counts.deliveries += 1;
      try {
        await worker?.deliver(body);
      } catch (error) {
        if (error instanceof WorkerDied) counts.crashes += 1;
        throw error;
      }
      finish(body);
    },
    onGivenUp: ({ body }, error) => {
      counts.givenUp += 1;
      process.stderr.write(`  given up: ${String(error)}\n`);
      finish(body);
    },
  });
  const directory: Directory = {
    ...createMemoryDirectory([alice]),
    findByLink: async (link) => (link.startsWith('slack:T0ACME') ? alice : undefined),
  };
  const { application, feed, engine } = openMemoryApplication({ model: echo.model, queue, directory });
  const sessions = createMemorySessionStore();
  return {
    ...{ echo, random, items, queue, engine, counts },
    endOf: (teamId, thread) => endAt(teamId, thread).promise,
    turnTo(front) {
      worker = openMortalWorker({
        ...{ application, feed, items, sessions, queue, front, random, crashShare },
      });
    },
  };
}

/** Has the numbered events happen in a new workspace, and tells what went wrong in the end. */
async function playWorkspace(
  site: Site,
  teamId: string,
  numbers: readonly number[],
  isDoubled: (number: number) => boolean,
): Promise<string[]> {
  const names = Array.from({ length: channelCount }, (_, index) => `bench-${index}`);
  const front = await startSlackFront({
    workspaces: [{ team_id: teamId, users: [alice.id], channels: names }],
    rateTiers: false,
  });
  try {
    site.turnTo(front);
    const driver = openDriver(front, site.queue, site.items);
    const { users, channels } = front.workspace;
    const said: { readonly event: string; readonly said: Said }[] = [];
    const left = [...numbers];
    const lane = async (): Promise<void> => {
      for (let number = left.shift(); number !== undefined; number = left.shift()) {
        const event = `event-${number}`;
        const isTwin = isDoubled(number) && site.random() < 0.5;
        const channel = channels[names[number % channelCount] ?? ''] ?? '';
        const speech = { channel, user: users[alice.id] ?? '', text: `what about ${event}?` };
        const mentioned = await driver.mention(speech, { twin: isTwin });
        said.push({ event, said: mentioned });
        const [delivery] = mentioned.deliveries;
        const responses = [...mentioned.responses];
        if (isDoubled(number) && !isTwin && delivery !== undefined)
          responses.push(await driver.retry(delivery, 1));
        site.counts.sent += responses.length;
        const refused = responses.find(({ status }) => status !== 200);
        if (refused !== undefined) throw new Error(`an event was answered ${refused.status}`);
        await site.endOf(teamId, mentioned.thread_ts);
      }
    };
    await Promise.all(Array.from({ length: lanes }, lane));
    await site.engine.quiesce();
    await site.queue.idle();
    return await findWrong(front, site.echo, said);
  } finally {
    await front.close();
  }
}

function openDriver(front: SlackFront, queue: JobQueue, items: ItemStore) {
  const signingSecret = ['bench', 'signing', 'secret'].join('-');
  const silent = () => undefined;
  const clock = systemClock;
  const ingress = createSlackIngress({
    signingSecrets: async () => [signingSecret],
    items,
    queue,
    slack: createSlackCaller(),
    botToken: async () => front.botToken,
    clock,
    log: { info: silent, warn: silent, error: silent },
  });
  return createSlackDriver({ signingSecret, send: ingress, clock, front });
}

/** What is not exactly one closed message with the answer to that event, from a model that was asked once. */
async function findWrong(
  front: SlackFront,
  echo: EchoModel,
  said: readonly { readonly event: string; readonly said: Said }[],
): Promise<string[]> {
  const wrong: string[] = [];
  for (const { event, said: where } of said) {
    const [, ...answers] = await front.messages(where.channel, where.thread_ts);
    const [answer] = answers;
    const isOpen = answer?.stream?.state === 'streaming' || answer?.stream?.state === 'expired';
    const text = JSON.stringify([answer?.text, answer?.blocks]);
    const asked = echo.asked.get(event);
    if (answers.length !== 1 || isOpen || !text.includes(echoOf(event)) || asked !== 1)
      wrong.push(`${event}: ${answers.length} messages, model asked ${asked} times, ${text.slice(0, 200)}`);
  }
  return wrong;
}

/** The same numbers each time (mulberry32). */
function seededRandom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
