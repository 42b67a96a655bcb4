import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Clock, systemClock } from '@hitl/core';
import { answerResponseUrl } from './answer-response-url.ts';
import {
  type EmulatedWorkspace,
  openEmulatedWorkspace,
  type SlackWorkspaceSeed,
} from './emulated-workspace.ts';
import {
  type AgentSession,
  type EphemeralMessage,
  type FrontContext,
  type ThreadStatus,
  threadKey,
} from './front-context.ts';
import { handleSlackCall, type RecordedCall, type SlackReply } from './handle-slack-call.ts';
import { createRateGate, type TierViolation } from './rate-gate.ts';
import type { RateTier } from './rate-tiers.ts';
import { createResponseUrls, type ResponseTarget } from './response-urls.ts';
import { createSlackFaults, isAfter, type SlackFault } from './slack-faults.ts';
import { type Consent, createSlackOAuth, type SlackAppSeed } from './slack-oauth.ts';
import { createSlackOpenId } from './slack-openid.ts';
import { defaultScopes } from './slack-scopes.ts';
import { createSlackStreams } from './slack-streams.ts';
import { createSlackTokens, type SlackInstallation, type SlackToken } from './slack-tokens.ts';
import { readTranscript, type SlackMessage } from './slack-transcript.ts';
import { createSlackViews, type OpenView, type SlackTrigger } from './slack-views.ts';

export interface SlackFrontOptions {
  /** Rate windows, stream lives, triggers and tokens run on it. Default: the system's. */
  readonly clock?: Clock;
  /** Default: one workspace `T0ACME` with nobody but `admin`. */
  readonly workspaces?: readonly SlackWorkspaceSeed[];
  readonly app?: SlackAppSeed;
  /** How long a stream may be appended to. Default: five minutes. */
  readonly streamLifeMs?: number;
  /** Characters of one streamed message. Default: 12,000. */
  readonly streamTextLimit?: number;
  /** Other tiers by method; `false` lifts all limits. */
  readonly rateTiers?: Readonly<Record<string, RateTier>> | false;
}

/** Slack's Web API on loopback: an emulated Slack keeps people and messages, the front keeps Slack's rules. */
export interface SlackFront {
  readonly url: string;
  /** For the official client's `slackApiUrl`. */
  readonly apiUrl: string;
  /** A working token of the first workspace. */
  readonly botToken: string;
  readonly workspaces: readonly EmulatedWorkspace[];
  /** The first one. */
  readonly workspace: EmulatedWorkspace;
  readonly app: SlackAppSeed;
  /** A Slack incoming webhook of the first workspace's `general`. */
  readonly incomingWebhookUrl: string;
  /** A token as an installation would get it. */
  issueToken(installation?: Partial<SlackInstallation>, rotating?: boolean): SlackToken;
  revokeToken(token: string): void;
  /** What the person does at the consent page the next time a browser comes there. Default: allow. */
  consentNext(consent: Consent): void;
  /** Other claims than the true ones in the next id_token: what a front that is not Slack might say. */
  spoilNextIdToken(claims: Readonly<Record<string, unknown>>): void;
  /** A person writes a message; returns its `ts`. */
  say(message: { channel: string; user: string; text: string; thread_ts?: string }): Promise<string>;
  /** The direct conversation of a person with the app. */
  openDirectMessage(user: string): Promise<string>;
  createTrigger(trigger: SlackTrigger): string;
  createResponseUrl(target: ResponseTarget): string;
  failNext(method: string, fault: SlackFault, times?: number): void;
  /** From now on a message with more characters of blocks is refused with `msg_blocks_too_long`; without a number, as usual. */
  limitBlocks(characters?: number): void;
  /** The thread with its root, or the channel outside of threads; oldest first. */
  messages(channel: string, threadTs?: string): Promise<readonly SlackMessage[]>;
  ephemerals(): readonly EphemeralMessage[];
  views(): readonly OpenView[];
  closeView(id: string): void;
  /** The line that stands under the thread now. */
  status(channel: string, threadTs: string): ThreadStatus | undefined;
  session(channel: string, threadTs: string): AgentSession | undefined;
  /** Every call that arrived, also the refused ones; without tokens. */
  calls(method?: string): readonly RecordedCall[];
  violations(): readonly TierViolation[];
  /** Asks `check` now and after each request until it gives something. */
  until<T>(check: () => T | undefined | Promise<T | undefined>): Promise<T>;
  close(): Promise<void>;
}

/** Not published; about so much is taken. */
const usualBlockCharacters = 13_200;

/** How long Slack leaves a status line without a message. */
const statusLifeMs = 120_000;

export async function startSlackFront(options: SlackFrontOptions = {}): Promise<SlackFront> {
  const clock = options.clock ?? systemClock;
  const app: SlackAppSeed = options.app ?? { client_id: '1234.5678', client_secret: 'front-client-secret' };
  const seeds = options.workspaces ?? [{ team_id: 'T0ACME' }];
  const workspaces = await Promise.all(seeds.map((seed) => openEmulatedWorkspace(seed)));
  const [workspace] = workspaces;
  if (workspace === undefined) throw new Error('workspaces: name at least one');
  const tokens = createSlackTokens(clock);
  const context: FrontContext = {
    clock,
    workspaces,
    tokens,
    streams: createSlackStreams({
      clock,
      lifeMs: options.streamLifeMs ?? 300_000,
      textLimit: options.streamTextLimit ?? 12_000,
    }),
    views: createSlackViews(clock),
    responseUrls: createResponseUrls(clock),
    ephemerals: [],
    statuses: new Map(),
    sessions: new Map(),
    blockCharacters: usualBlockCharacters,
  };
  const faults = createSlackFaults();
  const gate = createRateGate(clock, options.rateTiers ?? {});
  const oauth = createSlackOAuth({ clock, app, workspaces, tokens });
  const openId = createSlackOpenId({ clock, app, workspaces, takeConsent: oauth.takeConsent });
  const calls: RecordedCall[] = [];
  const watchers = new Set<() => void>();
  const webhookPath = '/services/T000000001/B000000001/X000000001';

  const answer = async (incoming: IncomingMessage, body: string): Promise<SlackReply> => {
    const url = new URL(incoming.url ?? '/', 'http://front');
    const contentType = incoming.headers['content-type'] ?? '';
    const { authorization } = incoming.headers;
    if (url.pathname.startsWith('/api/')) {
      const method = url.pathname.slice('/api/'.length).replace(/\/$/, '');
      const request = { method, contentType, body, query: url.searchParams, authorization };
      return handleSlackCall({ context, gate, oauth, openId, calls, clock }, request);
    }
    const consentPage = { '/oauth/v2/authorize': oauth, '/openid/connect/authorize': openId }[url.pathname];
    if (consentPage !== undefined) {
      const sent = consentPage.authorize(url.searchParams);
      if ('page' in sent) return { status: 200, body: sent.page };
      return { status: 302, body: '', headers: { location: sent.location } };
    }
    if (url.pathname.startsWith('/actions/')) {
      const { status, answer: result } = await answerResponseUrl(context, url.pathname, body);
      return { status, body: result };
    }
    if (url.pathname.startsWith('/services/')) {
      if (url.pathname !== webhookPath) return { status: 404, body: 'no_service' };
      const response = await workspace.forward(webhookPath, {
        method: 'POST',
        headers: { 'content-type': contentType },
        body,
      });
      return { status: response.status, body: await response.text() };
    }
    return { status: 404, body: 'not found' };
  };

  const respond = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const parts: Buffer[] = [];
    for await (const part of incoming) parts.push(part as Buffer);
    const body = Buffer.concat(parts).toString('utf8');
    const path = new URL(incoming.url ?? '/', 'http://front').pathname;
    const name = path.startsWith('/services/') ? 'incoming-webhook' : path.replace(/^\/api\/|\/$/g, '');
    const fault = faults.take(name);
    const reply = fault === undefined || isAfter(fault) ? await answer(incoming, body) : undefined;
    if (fault === undefined) send(response, reply);
    else sendFault(response, fault);
    for (const watcher of [...watchers]) watcher();
  };

  const server = createServer((incoming, response) => {
    respond(incoming, response).catch((error: unknown) => {
      send(response, { status: 500, body: { ok: false, error: 'internal_error', detail: String(error) } });
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

  const issueToken: SlackFront['issueToken'] = (installation = {}, rotating = false) =>
    tokens.issue(
      {
        team_id: workspace.team_id,
        enterprise_id: workspace.enterprise_id ?? null,
        scopes: defaultScopes,
        ...installation,
      },
      rotating,
    );
  const homeOf = async (channel: string): Promise<EmulatedWorkspace> => {
    for (const home of workspaces) if (await home.hasChannel(channel)) return home;
    throw new Error(`there is no channel ${channel}`);
  };
  return {
    url,
    apiUrl: `${url}/api/`,
    botToken: issueToken().token,
    workspaces,
    workspace,
    app,
    incomingWebhookUrl: url + webhookPath,
    issueToken,
    revokeToken: (token) => void tokens.revoke(token),
    consentNext: oauth.consentNext,
    spoilNextIdToken: openId.spoilNextIdToken,
    async say({ user, ...message }) {
      const home = await homeOf(message.channel);
      await home.call('conversations.join', { channel: message.channel }, user);
      const said = await home.call('chat.postMessage', message, user);
      if (!said.ok) throw new Error(`${user} can't write to ${message.channel}: ${said.error}`);
      return String(said.ts);
    },
    async openDirectMessage(user) {
      const opened = await workspace.call('conversations.open', { users: user });
      if (!opened.ok) throw new Error(`no direct conversation with ${user}: ${opened.error}`);
      return (opened.channel as { readonly id: string }).id;
    },
    createTrigger: (trigger) => context.views.createTrigger(trigger),
    createResponseUrl: (target) => context.responseUrls.create(url, target),
    failNext: faults.failNext,
    limitBlocks(characters = usualBlockCharacters) {
      context.blockCharacters = characters;
    },
    messages: (channel, threadTs) => readTranscript(context, channel, threadTs),
    ephemerals: () => context.ephemerals,
    views: () => context.views.all(),
    closeView: (id) => context.views.close(id),
    status(channel, threadTs) {
      const status = context.statuses.get(threadKey(channel, threadTs));
      return status === undefined || clock.now() - status.at_ms > statusLifeMs ? undefined : status;
    },
    session: (channel, threadTs) => context.sessions.get(threadKey(channel, threadTs)),
    calls: (method) => (method === undefined ? calls : calls.filter((call) => call.method === method)),
    violations: () => gate.violations,
    until: (check) =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          Promise.resolve()
            .then(check)
            .then(
              (found) => {
                if (found === undefined) return;
                watchers.delete(look);
                resolve(found);
              },
              (error: unknown) => {
                watchers.delete(look);
                reject(error);
              },
            );
        };
        watchers.add(look);
        look();
      }),
    async close() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await Promise.all(workspaces.map((each) => each.close()));
    },
  };
}

function send(response: ServerResponse, reply: SlackReply | undefined): void {
  if (reply === undefined || response.headersSent) return;
  const isText = typeof reply.body === 'string';
  response.writeHead(reply.status, {
    'content-type': isText ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8',
    ...reply.headers,
  });
  response.end(isText ? reply.body : JSON.stringify(reply.body));
}

function sendFault(response: ServerResponse, fault: SlackFault): void {
  if (fault.kind === 'rate-limited') {
    const headers = { 'retry-after': String(fault.retryAfterSeconds ?? 1) };
    send(response, { status: 429, headers, body: { ok: false, error: 'ratelimited' } });
  } else if (fault.kind === 'http') {
    send(response, { status: fault.status ?? 500, body: 'upstream trouble' });
  } else if (fault.kind === 'error') {
    send(response, { status: 200, body: { ok: false, error: fault.error } });
  } else if (fault.kind === 'reset') {
    response.socket?.resetAndDestroy();
  }
  // A time-out is the answer that never comes; the front's close ends the connection.
}
