import { createRateLimiter, type RateLimiter } from '@hitl/coordination';
import { type Clock, type ItemStore, NotFoundError } from '@hitl/core';
import {
  type BotTokens,
  createAnswerWriter,
  createSlackClient,
  type InstallationRef,
  rememberedHome,
} from '@hitl/slack';
import type { SlackWorkerDeps } from './slack-worker-deps.ts';

export interface SlackPartsOptions {
  readonly botToken: BotTokens;
  readonly items: ItemStore;
  readonly clock: Clock;
  readonly logger: Pick<SlackWorkerDeps['application']['logger'], 'warn'>;
  readonly publicUrl?: string | undefined;
  /** Other than Slack's own, with the trailing slash. */
  readonly apiUrl?: string;
  /** Default: Slack's limits, counted in `items`. */
  readonly limiter?: RateLimiter;
}

/** What a worker has of Slack: a client within the budget that all workers share, answers written by it, and its workspace. */
export function openSlackParts(
  options: SlackPartsOptions,
): Pick<SlackWorkerDeps, 'slack' | 'openAnswer' | 'home'> {
  const { botToken, items, clock, logger, publicUrl, apiUrl } = options;
  const slack = createSlackClient({
    botToken,
    limiter: options.limiter ?? createRateLimiter(items, { clock }),
    items,
    clock,
    ...(apiUrl === undefined ? {} : { apiUrl }),
  });
  let home: InstallationRef | undefined;
  return {
    slack,
    openAnswer: (target) =>
      createAnswerWriter(
        {
          client: slack,
          items,
          clock,
          sleep,
          ...(publicUrl === undefined ? {} : { allowedOrigins: [new URL(publicUrl).origin] }),
          onTrouble: (what, error) => logger.warn(what, { error: String(error) }),
        },
        target,
      ),
    async home() {
      home ??= await findHome(slack);
      return home ?? rememberedHome(items);
    },
  };
}

/** The workspace of the token that was set by hand: any name leads to it where no installation has that name. */
async function findHome(slack: SlackWorkerDeps['slack']): Promise<InstallationRef | undefined> {
  try {
    const { team_id: teamId } = await slack.call({ team_id: 'home' }, 'auth.test', {});
    return typeof teamId === 'string' ? { team_id: teamId } : undefined;
  } catch (error) {
    if (error instanceof NotFoundError) return undefined;
    throw error;
  }
}

function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', done, { once: true });
    if (signal.aborted) done();
  });
}
