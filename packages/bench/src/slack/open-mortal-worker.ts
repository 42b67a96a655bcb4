import { createRunRepository } from '@hitl/application';
import { createRateLimiter, type RateLimiter } from '@hitl/coordination';
import type { ItemStore, JobQueue, JsonObject, SessionStore } from '@hitl/core';
import { createAnswerWriter, createSlackClient, slackJobSchema } from '@hitl/slack';
import { createSlackWorker, type SlackWorkerDeps } from '@hitl/slack-worker';
import type { SlackFront } from '@hitl/testing/slack';
import { createFuse, type Fuse } from './create-fuse.ts';

export interface MortalWorkerDeps extends Pick<SlackWorkerDeps, 'application' | 'feed'> {
  readonly items: ItemStore;
  readonly sessions: SessionStore;
  readonly queue: JobQueue;
  readonly front: SlackFront;
  /** From 0 to 1. */
  readonly random: () => number;
  readonly crashShare: number;
}

export interface MortalWorker {
  /** @throws WorkerDied for the share of deliveries that it is to die in */
  deliver(body: JsonObject): Promise<void>;
}

/** More calls than one answer takes, so that some deaths come behind the last one: done, and not known to be. */
const longestLife = 60;
/** Eight thousand answers at Slack's own pace would take half an hour. */
const limitFactor = 1000;

/** Workers, some of which die in the middle of a job and are replaced. */
export function openMortalWorker(deps: MortalWorkerDeps): MortalWorker {
  const healthy = openWorker(deps);
  const alive = new AbortController().signal;
  const remainingMs = (): number => 300_000;
  return {
    async deliver(body) {
      const job = slackJobSchema.parse(body);
      if (deps.random() >= deps.crashShare) return healthy(job, { remainingMs, signal: alive });
      const fuse = createFuse(1 + Math.floor(deps.random() * longestLife), deps.random() < 0.5);
      const work = openWorker(deps, fuse)(job, { remainingMs, signal: fuse.signal });
      work.catch(() => undefined);
      await Promise.race([work, fuse.died]);
      fuse.blow();
      await fuse.died;
    },
  };
}

function openWorker(deps: MortalWorkerDeps, fuse?: Fuse): ReturnType<typeof createSlackWorker> {
  const guard = <T extends object>(target: T): T => fuse?.guard(target) ?? target;
  const items = guard(deps.items);
  const { clock } = deps.application;
  const log = guard(deps.application.log);
  const runs = guard(deps.application.runs);
  const approvals = guard(deps.application.approvals);
  const slack = createSlackClient({
    botToken: async () => deps.front.botToken,
    limiter: raised(createRateLimiter(items, { clock })),
    items,
    clock,
    apiUrl: deps.front.apiUrl,
    ...(fuse === undefined ? {} : { fetch: fuse.call(fetch) }),
  });
  return createSlackWorker({
    application: {
      ...deps.application,
      log,
      runs,
      approvals,
      repository: createRunRepository({ log, runs, approvals, clock }),
      workflow: guard(deps.application.workflow),
    },
    feed: deps.feed,
    sessions: guard(deps.sessions),
    items,
    queue: guard(deps.queue),
    slack,
    openAnswer: (target) => createAnswerWriter({ client: slack, items, clock, sleep }, target),
    home: async () => undefined,
  });
}

function raised(limiter: RateLimiter): RateLimiter {
  return {
    take: (key, rule, cost) => limiter.take(key, { ...rule, limit: rule.limit * limitFactor }, cost),
    takeWhenFree: (key, rule, options) =>
      limiter.takeWhenFree(key, { ...rule, limit: rule.limit * limitFactor }, options),
    pause: limiter.pause,
  };
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
    if (signal.aborted) done();
  });
}
