import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { type JiraAnswer, JiraRefusal } from './jira-answer.ts';
import { createJiraFaults, type JiraFaults } from './jira-faults.ts';
import { routeJiraRequest } from './jira-routes.ts';
import { defaultJiraSeed, type JiraSeed, seedJira } from './jira-seed.ts';
import type { JiraUser } from './jira-state.ts';
import { openJiraStore } from './jira-store.ts';

export interface JiraEmulatorOptions {
  /** Kept between starts; survives being killed at any moment. One emulator per directory. */
  readonly dataDir: string;
  /** Default 0: the system chooses. */
  readonly port?: number;
  readonly seed?: JiraSeed;
  /** How long the search index lags behind. Default 0. */
  readonly searchLagMs?: number;
  readonly now?: () => number;
}

export interface RecordedJiraRequest {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly body: unknown;
  /** What was answered; 0 for a dropped connection. */
  readonly status: number;
}

export interface JiraEmulator {
  readonly url: string;
  /** A login of the site, where the seed has one. */
  readonly credentials: { readonly email: string; readonly apiToken: string };
  readonly faults: JiraFaults;
  /** The last 1,000, without credentials. */
  readonly requests: readonly RecordedJiraRequest[];
  close(): Promise<void>;
}

const maxRecorded = 1_000;
const maxBodyBytes = 10 * 1024 * 1024;

/**
 * A Jira Cloud site on loopback: the REST v3 endpoints that the Jira server uses, with Jira's shapes, status codes and error
 * bodies. Wrong credentials make the caller anonymous, as on the real service: what anonymous may not see is 404, not 401.
 */
export async function startJiraEmulator(options: JiraEmulatorOptions): Promise<JiraEmulator> {
  const { dataDir, port = 0, seed = defaultJiraSeed, searchLagMs = 0, now = Date.now } = options;
  const store = openJiraStore(dataDir);
  seedJira(store, seed);
  const faults = createJiraFaults();
  const requests: RecordedJiraRequest[] = [];
  const closing = new AbortController();
  let siteUrl = '';

  const serve = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const url = new URL(incoming.url ?? '/', 'http://localhost');
    const method = incoming.method ?? 'GET';
    const bytes = await readBody(incoming);
    const fault = faults.take(method, url.pathname);
    const body = parseBody(bytes);
    const record = (status: number) => {
      if (requests.length >= maxRecorded) requests.shift();
      requests.push({ method, path: url.pathname, query: url.search, body: body.value, status });
    };
    if (fault?.delayMs !== undefined) await delay(fault.delayMs, undefined, { signal: closing.signal });
    if (fault?.drop === 'before') {
      record(0);
      incoming.socket.destroy();
      return;
    }
    const isApplied = fault?.respond === undefined || fault.isApplied === true;
    const user = authenticate(incoming, seed, store.state.users);
    const real = isApplied
      ? answerSafely(() => {
          if (!body.isJson)
            throw new JiraRefusal(400, [
              'Invalid request payload. Refer to the REST API documentation and try again.',
            ]);
          return routeJiraRequest({
            method,
            path: url.pathname,
            query: url.searchParams,
            body: body.value,
            user,
            store,
            siteUrl,
            nowMs: now(),
            searchLagMs,
            applyRows: fault?.applyRows,
          });
        })
      : undefined;
    if (fault?.drop === 'after') {
      record(0);
      incoming.socket.destroy();
      return;
    }
    const answer: JiraAnswer = fault?.respond ?? real ?? { status: 500 };
    record(answer.status);
    send(outgoing, answer, user, requests.length);
  };

  const server = createServer((incoming, outgoing) => {
    serve(incoming, outgoing).catch(() => incoming.socket.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  siteUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const login = seed.users.find(({ apiToken }) => apiToken !== undefined);
  return {
    url: siteUrl,
    credentials: { email: login?.email ?? '', apiToken: login?.apiToken ?? '' },
    faults,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => {
          store.close();
          resolve();
        });
        closing.abort();
        server.closeAllConnections();
      }),
  };
}

function authenticate(
  incoming: IncomingMessage,
  seed: JiraSeed,
  users: ReadonlyMap<string, JiraUser>,
): JiraUser | undefined {
  const encoded = /^Basic +(\S+)$/i.exec(incoming.headers.authorization ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const pair = Buffer.from(encoded, 'base64').toString('utf8');
  const login = seed.users.find(
    ({ email, apiToken }) => apiToken !== undefined && pair === `${email}:${apiToken}`,
  );
  const user = login === undefined ? undefined : users.get(login.accountId);
  return user?.is_active === true ? user : undefined;
}

async function readBody(incoming: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of incoming as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > maxBodyBytes) throw new Error('the body is too large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parseBody(bytes: Buffer): { value: unknown; isJson: boolean } {
  if (bytes.length === 0) return { value: undefined, isJson: true };
  try {
    return { value: JSON.parse(bytes.toString('utf8')), isJson: true };
  } catch {
    return { value: undefined, isJson: false };
  }
}

function answerSafely(answer: () => JiraAnswer): JiraAnswer {
  try {
    return answer();
  } catch (error) {
    if (error instanceof JiraRefusal) return error.answer;
    return { status: 500, body: { errorMessages: ['Internal server error'], errors: {} } };
  }
}

function send(
  outgoing: ServerResponse,
  answer: JiraAnswer,
  user: JiraUser | undefined,
  number: number,
): void {
  const body = answer.body === undefined ? '' : JSON.stringify(answer.body);
  outgoing.writeHead(answer.status, {
    ...(body === '' ? {} : { 'content-type': 'application/json;charset=UTF-8' }),
    'cache-control': 'no-cache, no-store, no-transform',
    'atl-traceid': number.toString(16).padStart(32, '0'),
    'x-seraph-loginreason': user === undefined ? 'AUTHENTICATED_FAILED' : 'OK',
    ...(user === undefined ? {} : { 'x-aaccountid': encodeURIComponent(user.account_id) }),
    ...answer.headers,
  });
  outgoing.end(body);
}
