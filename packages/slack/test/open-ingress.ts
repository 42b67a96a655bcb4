import { createLease, createPageSessions } from '@hitl/coordination';
import { type ItemStore, type JobQueue, NotFoundError } from '@hitl/core';
import { createFakeClock, createMemoryItemStore, createMemoryJobQueue } from '@hitl/testing';
import {
  createSlackDriver,
  type SlackFront,
  type SlackFrontOptions,
  startSlackFront,
} from '@hitl/testing/slack';
import { afterEach } from '@jest/globals';
import { createSlackCaller } from '../src/call/create-slack-caller.ts';
import { createSlackIngress } from '../src/ingress/create-slack-ingress.ts';
import { createBotTokens } from '../src/install/create-bot-tokens.ts';
import { createInstallRoutes } from '../src/install/create-install-routes.ts';
import { createTokenRotation } from '../src/install/create-token-rotation.ts';
import { createSecretInstallationStore, type WritableSecrets } from '../src/install/installation-store.ts';
import { type SlackJob, slackJobSchema } from '../src/jobs.ts';
import { createLoginRoutes } from '../src/login/create-login-routes.ts';

export const signingSecret = 'ingress-test-secret';
export const publicUrl = 'https://hitl.example.com';

const opened: SlackFront[] = [];
afterEach(async () => {
  for (const front of opened.splice(0)) await front.close();
});

export interface OpenIngressOptions {
  readonly front?: SlackFrontOptions;
  readonly items?: (items: ItemStore) => ItemStore;
  readonly queue?: (queue: JobQueue) => JobQueue;
  readonly signingSecrets?: readonly string[];
  readonly fallbackToken?: string;
  /** The app has no client id. */
  readonly isWithoutClient?: boolean;
  /** Another client secret than Slack knows. */
  readonly clientSecret?: string;
}

/** The whole ingress in front of a Slack on loopback; nothing behind it but the queue. */
export async function openIngress(options: OpenIngressOptions = {}) {
  const clock = createFakeClock();
  const front = await startSlackFront({
    clock,
    workspaces: [{ team_id: 'T0ACME', users: ['alice', 'bob'], channels: ['ops'] }],
    ...options.front,
  });
  opened.push(front);
  const memory = createMemoryItemStore({ clock });
  const items = options.items?.(memory) ?? memory;
  const memoryQueue = createMemoryJobQueue({ clock });
  const queue = options.queue?.(memoryQueue) ?? memoryQueue;
  const secrets = createMemorySecrets();
  const installations = createSecretInstallationStore(secrets, 'agentcore-dev/slack');
  const slack = createSlackCaller({ apiUrl: front.apiUrl });
  const lines: { level: string; message: string; facts: Readonly<Record<string, unknown>> }[] = [];
  const logAt =
    (level: string) =>
    (message: string, facts: Readonly<Record<string, unknown>> = {}): void =>
      void lines.push({ level, message, facts });
  const log = { info: logAt('info'), warn: logAt('warn'), error: logAt('error') };
  const { isWithoutClient = false, clientSecret = front.app.client_secret } = options;
  const oauthClient = async () =>
    isWithoutClient ? undefined : { clientId: front.app.client_id, clientSecret };
  const sessions = createPageSessions(items);
  const lease = createLease(memory, { clock });
  const rotation = { oauthClient, installations, lease, slack, clock, log, wait: async () => undefined };
  const ingress = createSlackIngress({
    signingSecrets: async () => options.signingSecrets ?? [signingSecret],
    items,
    queue,
    slack,
    botToken: createBotTokens({
      installations,
      fallbackToken: async () => options.fallbackToken ?? front.botToken,
      renewed: createTokenRotation(rotation),
      clock,
    }),
    install: createInstallRoutes({
      oauthClient,
      publicUrl,
      items,
      installations,
      slack,
      clock,
      log,
      authorizeUrl: `${front.url}/oauth/v2/authorize`,
    }),
    login: createLoginRoutes({
      oauthClient,
      publicUrl,
      items,
      sessions,
      slack,
      clock,
      log,
      authorizeUrl: `${front.url}/openid/connect/authorize`,
    }),
    clock,
    log,
  });
  const driver = createSlackDriver({ signingSecret, send: ingress, clock, front });
  const idOf = (kind: 'users' | 'channels', name: string): string => {
    const id = front.workspace[kind][name];
    if (id === undefined) throw new Error(`there is no ${name}`);
    return id;
  };
  return {
    clock,
    front,
    items: memory,
    sessions,
    queue: memoryQueue,
    secrets,
    installations,
    slack,
    rotation,
    ingress,
    driver,
    lines,
    alice: idOf('users', 'alice'),
    bob: idOf('users', 'bob'),
    ops: idOf('channels', 'ops'),
    /** What the worker would get, each checked by the schema that it parses with. */
    jobs: (): readonly SlackJob[] => memoryQueue.jobs.map(({ body }) => slackJobSchema.parse(body)),
  };
}

export function createMemorySecrets(): WritableSecrets & { readonly values: Map<string, string> } {
  const values = new Map<string, string>();
  return {
    values,
    async get(name) {
      const value = values.get(name);
      if (value === undefined) throw new NotFoundError(`there is no secret "${name}"`);
      return value;
    },
    async put(name, value) {
      values.set(name, value);
    },
    async delete(name) {
      values.delete(name);
    },
  };
}
