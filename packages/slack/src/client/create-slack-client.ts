import type { RateLimiter } from '@hitl/coordination';
import { type Clock, type HitlError, type ItemStore, systemClock } from '@hitl/core';
import { LogLevel, WebClient, type WebClientOptions } from '@slack/web-api';
import { isTokenRefused } from '../call/slack-refused-error.ts';
import type { BotTokens } from '../install/create-bot-tokens.ts';
import { installationIdOf } from '../install/installation.ts';
import { mapSlackError } from './map-slack-error.ts';
import { postOnce } from './post-once.ts';
import { SlackBusyError } from './slack-busy-error.ts';
import type { SlackClient } from './slack-client.ts';
import { rateKeysOf } from './slack-rates.ts';

export interface SlackClientDeps {
  /** The bot token of an installation; see `createBotTokens`. */
  readonly botToken: BotTokens;
  /** Shared by all workers. */
  readonly limiter: RateLimiter;
  readonly items: ItemStore;
  readonly clock?: Clock;
  readonly sleep?: (ms: number, signal?: AbortSignal) => Promise<void>;
  readonly fetch?: NonNullable<WebClientOptions['fetch']>;
  /** With the trailing slash. Default: Slack. */
  readonly apiUrl?: string;
  /** For one request. Default 8,000. */
  readonly timeoutMs?: number;
}

/** Doing these twice is doing them once. */
const repeatable = new Set([
  'chat.update',
  'assistant.threads.setStatus',
  'agents.sessions.setStatus',
  'views.update',
  'users.info',
  'auth.test',
  'conversations.replies',
  'conversations.history',
  'conversations.open',
  'chat.getPermalink',
  'chat.delete',
]);
const attempts = 3;

/** Slack's Web API for the worker: the official client, one budget per workspace and method for all workers, errors of our own. */
export function createSlackClient(deps: SlackClientDeps): SlackClient {
  const { botToken, limiter, items, clock = systemClock, sleep = realSleep } = deps;
  // One for all workspaces: the token goes with each call. Its own retries would post twice and wait for half an hour.
  const web = new WebClient(undefined, {
    timeout: deps.timeoutMs ?? 8_000,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    allowAbsoluteUrls: false,
    logger: silent,
    ...(deps.apiUrl === undefined ? {} : { slackApiUrl: deps.apiUrl }),
    ...(deps.fetch === undefined ? {} : { fetch: deps.fetch }),
  });

  const call: SlackClient['call'] = async (installation, method, args, options = {}) => {
    const { maxWaitMs = 15_000, signal } = options;
    const deadlineMs = clock.now() + maxWaitMs;
    const keys = rateKeysOf(
      installation.team_id ?? installationIdOf(installation) ?? 'unknown',
      method,
      typeof args.channel === 'string' ? args.channel : undefined,
    );
    /** Throws what is to be thrown when there is no time left for it. */
    async function waitOr(error: HitlError, ms: number): Promise<void> {
      if (signal?.aborted === true || clock.now() + ms > deadlineMs || maxWaitMs === 0) throw error;
      await sleep(Math.max(1, ms), signal);
    }
    let hasOtherToken = false;
    for (let attempt = 1; ; attempt += 1) {
      for (const { key, rule } of keys) {
        for (let turn = await limiter.take(key, rule); !turn.isGranted; turn = await limiter.take(key, rule))
          await waitOr(new SlackBusyError(method, turn.retryAfterMs), turn.retryAfterMs);
      }
      const token = await botToken(installation);
      const isOrgWide = installation.enterprise_id !== undefined && installation.team_id !== undefined;
      try {
        return {
          ...(await web.apiCall(method, {
            ...args,
            ...(isOrgWide ? { team_id: installation.team_id } : {}),
            token,
          })),
        };
      } catch (cause) {
        const error = mapSlackError(method, cause, repeatable.has(method));
        if (error instanceof SlackBusyError) {
          await Promise.all(keys.slice(-1).map(({ key }) => limiter.pause(key, error.retryAfterMs)));
          await waitOr(error, error.retryAfterMs);
        } else if (error.isRetryable && attempt < attempts) await waitOr(error, 500 * 2 ** attempt);
        else if (isTokenRefused(error) && !hasOtherToken) {
          // Kept in memory for as long as it could be; of this call nothing has happened.
          const other = await botToken(installation, token).catch(() => token);
          if (other === token) throw error;
          hasOtherToken = true;
        } else throw error;
      }
    }
  };

  return {
    call,
    postOnce: (installation, key, message, options) =>
      postOnce({ call, items, clock }, installation, key, message, options),
  };
}

/** The library logs bodies and headers at its finer levels, and warns to the console. What matters is in the errors. */
const silent: NonNullable<WebClientOptions['logger']> = {
  debug() {},
  info() {},
  warn() {},
  error() {},
  setLevel() {},
  setName() {},
  getLevel: () => LogLevel.ERROR,
};

function realSleep(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, ms);
    signal?.addEventListener('abort', done, { once: true });
  });
}
