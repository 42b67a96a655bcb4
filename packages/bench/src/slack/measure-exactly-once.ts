import { type JobQueue, systemClock } from '@hitl/core';
import { createInProcessJobQueue, createSlackCaller, createSlackIngress, slackJobSchema } from '@hitl/slack';
import { createMemoryItemStore, createMemorySessionStore } from '@hitl/testing';
import { createSlackDriver, type Said, type SlackFront, startSlackFront } from '@hitl/testing/slack';
import type { BenchRow } from '../bench-row.ts';
import { createEchoModel, type EchoModel, echoOf } from './create-echo-model.ts';
import { openMemoryApplication } from './open-memory-application.ts';
import { openMortalWorker } from './open-mortal-worker.ts';

const duplicateShare = 0.2;
const crashShare = 0.05;
/** Conversations at the same time. */
const lanes = 32;
const channelCount = 20;
const teamId = 'T0ACME';

/**
 * Every mention is delivered at least once, a fifth of all deliveries are duplicates: half of them Slack's retry of the same event,
 * half the same message as another event. A twentieth of the worker's deliveries die at a random call.
 */
export async function measureExactlyOnce(events: number): Promise<BenchRow[]> {
  const names = Array.from({ length: channelCount }, (_, index) => `bench-${index}`);
  const front = await startSlackFront({
    workspaces: [{ team_id: teamId, users: ['alice'], channels: names }],
    rateTiers: false,
  });
  try {
    const began = performance.now();
    const echo = createEchoModel();
    const random = seededRandom(4);
    const ends = new Map<string, PromiseWithResolvers<void>>();
    /** Whoever comes first: the worker may be done before the driver is. */
    const endOf = (thread: string): PromiseWithResolvers<void> => {
      const end = ends.get(thread) ?? Promise.withResolvers<void>();
      ends.set(thread, end);
      return end;
    };
    const lost: unknown[] = [];
    const items = createMemoryItemStore();
    const user = front.workspace.users.alice ?? '';
    const finish = (body: unknown): void => {
      const job = slackJobSchema.parse(body);
      if (job.kind === 'message') endOf(job.where.thread_ts).resolve();
    };
    const queue = createInProcessJobQueue({
      handle: async ({ body }) => {
        await worker.deliver(body);
        finish(body);
      },
      onGivenUp: ({ body }, error) => {
        lost.push(error);
        finish(body);
      },
    });
    const { application, feed, engine } = openMemoryApplication({
      model: echo.model,
      queue,
      link: `slack:${teamId}/${user}`,
    });
    const sessions = createMemorySessionStore();
    const worker = openMortalWorker({
      ...{ application, feed, items, sessions, queue, front, random, crashShare },
    });
    const driver = openDriver(front, queue, items);

    const distinct = Math.round(events * (1 - duplicateShare));
    const duplicates = events - distinct;
    const said: { readonly event: string; readonly said: Said }[] = [];
    let next = 0;
    let sent = 0;
    const lane = async (): Promise<void> => {
      while (next < distinct) {
        const number = next;
        next += 1;
        const event = `event-${number}`;
        // Spread evenly over the whole run.
        const isDoubled =
          Math.floor(((number + 1) * duplicates) / distinct) > Math.floor((number * duplicates) / distinct);
        const isTwin = isDoubled && random() < 0.5;
        const mentioned = await driver.mention(
          {
            channel: front.workspace.channels[`bench-${number % channelCount}`] ?? '',
            user,
            text: `what about ${event}?`,
          },
          { twin: isTwin },
        );
        said.push({ event, said: mentioned });
        const [delivery] = mentioned.deliveries;
        const responses = [...mentioned.responses];
        if (isDoubled && !isTwin && delivery !== undefined) responses.push(await driver.retry(delivery, 1));
        sent += responses.length;
        const refused = responses.find(({ status }) => status !== 200);
        if (refused !== undefined) throw new Error(`an event was answered ${refused.status}`);
        await endOf(mentioned.thread_ts).promise;
      }
    };
    await Promise.all(Array.from({ length: lanes }, lane));
    await engine.quiesce();
    await queue.idle();
    const seconds = (performance.now() - began) / 1000;
    const wrong = await findWrong(front, echo, said);
    for (const each of wrong.slice(0, 5)) process.stderr.write(`  ${each}\n`);
    return [
      {
        name: `slack: ${sent} events, ${duplicates} of them duplicates: answered exactly once`,
        value: distinct - wrong.length,
        unit: '',
        target: `${distinct}`,
        met: wrong.length === 0,
        note: `${worker.crashes()} worker deaths at random calls, ${lost.length} jobs given up, ${Math.round(seconds)} s; real: ingress, worker, runs, writer, Slack over HTTP; in memory: stores, queue, model; limits x1000`,
      },
    ];
  } finally {
    await front.close();
  }
}

function openDriver(front: SlackFront, queue: JobQueue, items: ReturnType<typeof createMemoryItemStore>) {
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
