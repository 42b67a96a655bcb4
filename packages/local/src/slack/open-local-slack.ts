import type { RequestDeps } from '@hitl/application';

import type { RateLimiter } from '@hitl/coordination';
import {
  approvalPagesAt,
  type Clock,
  InvalidInputError,
  type ItemStore,
  NotFoundError,
  type Notifier,
  type RunFeed,
  type SessionStore,
} from '@hitl/core';
import type { Logger } from '@hitl/lambda';
import { createQueueNotifier, slackJobSchema, slackPaths } from '@hitl/slack';
import { createSlackIngressFunction } from '@hitl/slack-ingress';
import { type Agent, createSlackWorker, openAgentCore, openSlackParts } from '@hitl/slack-worker';
import type { LocalEnv } from '../local-env.ts';
import { createLocalJobQueue } from './create-local-job-queue.ts';

export interface LocalSlack {
  readonly notifier: Notifier;
  /** What Slack calls, and browsers on their way to it and back. */
  readonly paths: ReadonlySet<string>;
  /** Somebody can sign in with Slack. */
  readonly canSignIn: boolean;
  readonly fetch: (request: Request) => Promise<Response>;
  /** Begins to do what is asked for, also what an earlier process left. */
  start(deps: RequestDeps, feed: RunFeed): Promise<void>;
  isIdle(): boolean;
  idle(): Promise<void>;
  close(): Promise<void>;
}

/** A Slack of one's own, for tests and for looking at it offline. */
export interface SlackPeer {
  /** Of its Web API, with the trailing slash. */
  readonly apiUrl: string;
  /** Other limits than Slack's. */
  readonly limiter?: RateLimiter;
}

export interface LocalSlackOptions {
  readonly env: LocalEnv;
  readonly items: ItemStore;
  readonly sessions: SessionStore;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly peer?: SlackPeer;
}

/**
 * Slack's ingress and worker in this process, for one workspace whose bot token is set; `undefined` where Slack is not set up.
 * @throws InvalidInputError where it is set up by half
 */
export async function openLocalSlack(options: LocalSlackOptions): Promise<LocalSlack | undefined> {
  const { env, items, sessions, clock, logger, peer } = options;
  const { SLACK_SIGNING_SECRET: signingSecret, SLACK_BOT_TOKEN: botToken } = env;
  if (signingSecret === undefined && botToken === undefined) return undefined;
  if (signingSecret === undefined || botToken === undefined) {
    const missing = signingSecret === undefined ? 'SLACK_SIGNING_SECRET' : 'SLACK_BOT_TOKEN';
    throw new InvalidInputError(`${missing}: is needed for Slack, the other is set`, {
      errors: [{ path: missing, message: 'is not set' }],
    });
  }
  const client = readClient(env);
  const agent = await openAgent(env);
  const queue = createLocalJobQueue({ items, clock, logger });
  const secret = async () => ({ signing_secret: signingSecret, bot_token: botToken, ...client });
  const ingress = createSlackIngressFunction({
    secret,
    items,
    queue,
    // One workspace, whose token is in the environment: nothing is installed here.
    secrets: {
      get: (name) => Promise.reject(new NotFoundError(`there is no secret ${name}`)),
      put: () => Promise.reject(new InvalidInputError('the local stack takes no installations')),
      delete: () => Promise.resolve(),
    },
    installationPrefix: 'local/slack',
    publicUrl: env.PUBLIC_URL,
    logger,
    clock,
    ...(peer === undefined
      ? {}
      : {
          slackUrls: {
            api: peer.apiUrl,
            authorize: new URL('/oauth/v2/authorize', peer.apiUrl).href,
            signIn: new URL('/openid/connect/authorize', peer.apiUrl).href,
          },
        }),
  });
  return {
    notifier: createQueueNotifier(queue),
    paths: new Set([
      slackPaths.events,
      slackPaths.interactions,
      slackPaths.commands,
      slackPaths.login,
      slackPaths.loginCallback,
    ]),
    canSignIn: client !== undefined,
    fetch: ingress,
    async start(deps, feed) {
      const parts = openSlackParts({
        botToken: async () => botToken,
        items,
        clock,
        logger,
        publicUrl: env.PUBLIC_URL,
        ...peer,
      });
      const worker = createSlackWorker({
        application: deps,
        feed,
        sessions,
        items,
        queue,
        ...parts,
        ...(agent === undefined ? {} : { agent }),
        channelId: env.SLACK_CHANNEL_ID,
        pages: approvalPagesAt(env.PUBLIC_URL, env.APPROVAL_PAGE_PATH),
      });
      await queue.start((body, signal) =>
        worker(slackJobSchema.parse(body), { signal, remainingMs: () => Number.POSITIVE_INFINITY }),
      );
    },
    isIdle: () => queue.isIdle(),
    idle: () => queue.idle(),
    close: () => queue.close(),
  };
}

/** For signing in only: nothing is installed here. @throws InvalidInputError where half of it is set */
function readClient(
  env: LocalEnv,
): { readonly client_id: string; readonly client_secret: string } | undefined {
  const { SLACK_CLIENT_ID: client_id, SLACK_CLIENT_SECRET: client_secret } = env;
  if (client_id === undefined && client_secret === undefined) return undefined;
  if (client_id === undefined || client_secret === undefined) {
    const missing = client_id === undefined ? 'SLACK_CLIENT_ID' : 'SLACK_CLIENT_SECRET';
    throw new InvalidInputError(`${missing}: is needed for signing in with Slack, the other is set`, {
      errors: [{ path: missing, message: 'is not set' }],
    });
  }
  return { client_id, client_secret };
}

/** The agent at `AGENTCORE_GATEWAY_URL`, if that is set. @throws InvalidInputError naming the variable */
async function openAgent(env: LocalEnv): Promise<Agent | undefined> {
  const { AGENTCORE_GATEWAY_URL: url, AWS_REGION: region } = env;
  if (url === undefined) return undefined;
  try {
    return await openAgentCore({ url, region, token: async () => env.mcpAuthTokens.agentcore });
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    throw new InvalidInputError(`AGENTCORE_GATEWAY_URL: ${error.message}`, {
      cause: error,
      errors: [{ path: 'AGENTCORE_GATEWAY_URL', message: error.message }],
    });
  }
}
