import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { redactSecrets } from '@hitl/core';
import { createGoogleFaults, type GoogleFaults } from './google-directory-faults.ts';
import {
  createOAuthCalls,
  type EmulatedCredentials,
  OAuthError,
  schemaScope,
  userScope,
} from './google-directory-oauth.ts';
import { createSchemaCalls } from './google-directory-schemas.ts';
import { type GoogleSeed, sampleAdmin, sampleCompany } from './google-directory-seed.ts';
import { openDirectoryStore } from './google-directory-store.ts';
import { createUserCalls } from './google-directory-users.ts';
import { GoogleError, notFound } from './google-error.ts';

export interface GoogleDirectoryEmulatorOptions {
  /** Where the data lives: one JSON file per domain, `customer.json`, and `credentials.json` (owner-only). */
  readonly dataDir: string;
  /** 0 (default) lets the system choose. Always on 127.0.0.1. */
  readonly port?: number;
  /** What an empty data directory starts with. Default: the sample company of example.com. */
  readonly seed?: GoogleSeed;
}

export interface RecordedRequest {
  readonly method: string;
  /** Path with query. */
  readonly path: string;
  /** Parsed, without passwords; absent for the token endpoint. */
  readonly body?: unknown;
}

export interface GoogleDirectoryEmulator {
  /** Base URL; the `rootUrl` of Google's clients. */
  readonly url: string;
  readonly tokenUrl: string;
  /** Credentials that the token endpoint accepts, and the admin whom the service account acts for. */
  readonly credentials: Pick<EmulatedCredentials, 'serviceAccount' | 'authorizedUser'>;
  readonly adminSubject: string;
  readonly faults: GoogleFaults;
  /** The newest 1,000, oldest first. */
  readonly requests: readonly RecordedRequest[];
  close(): Promise<void>;
}

/**
 * A Google Directory service for one customer: the REST surface of users and schemas and the token endpoint, with Google's
 * shapes, status codes and error bodies. What it answered as done is on disk.
 */
export async function startGoogleDirectoryEmulator(
  options: GoogleDirectoryEmulatorOptions,
): Promise<GoogleDirectoryEmulator> {
  const seed = options.seed ?? sampleCompany;
  const store = openDirectoryStore(options.dataDir, seed.customerId);
  if (store.domains.size === 0) {
    store.saveCustomer({ customerId: seed.customerId, schemas: [...seed.schemas] });
    for (const domain of seed.domains) store.saveDomain(domain);
  }
  const faults = createGoogleFaults();
  const users = createUserCalls(store, faults);
  const schemas = createSchemaCalls(store);
  const oauth = createOAuthCalls(options.dataDir, sampleAdmin, users.isAdmin);
  const requests: RecordedRequest[] = [];

  const route = (request: Request): Answer => {
    const { method, url, body, headers } = request;
    if (url.pathname === '/token' && method === 'POST')
      return { status: 200, body: oauth.token(new URLSearchParams(body)) };
    const path = /^\/admin\/directory\/v1\/(.+)$/.exec(url.pathname)?.[1];
    if (path === undefined) throw new GoogleError(404, 'notFound', 'Not Found');
    const scope = path.startsWith('customer/') ? schemaScope : userScope;
    const anyOf = method === 'GET' ? [scope, `${scope}.readonly`] : [scope];
    if (path.endsWith('/signOut')) anyOf.push(`${userScope}.security`);
    oauth.authorize(headers.authorization, anyOf);

    const parts = path.split('/').map(decodeURIComponent);
    const [collection, key = '', member, schemaKey] = parts;
    if (collection === 'users') {
      if (parts.length === 1 && method === 'GET') return { status: 200, body: users.list(url.searchParams) };
      if (parts.length === 1 && method === 'POST')
        return { status: 200, body: users.insert(parseBody(body)) };
      if (parts.length === 2 && method === 'GET')
        return { status: 200, body: users.get(key, url.searchParams) };
      if (parts.length === 2 && (method === 'PUT' || method === 'PATCH'))
        return { status: 200, body: users.update(key, parseBody(body), method, headers['if-match']) };
      if (parts.length === 3 && member === 'signOut' && method === 'POST') {
        users.signOut(key);
        return { status: 204 };
      }
    }
    if (collection === 'customer' && member === 'schemas') {
      if (key !== 'my_customer' && key !== store.customer.customerId) throw notFound('customer');
      if (parts.length === 3 && method === 'GET') return { status: 200, body: schemas.list() };
      if (parts.length === 3 && method === 'POST')
        return { status: 200, body: schemas.insert(parseBody(body)) };
      if (parts.length === 4 && method === 'GET') return { status: 200, body: schemas.get(schemaKey ?? '') };
    }
    throw new GoogleError(404, 'notFound', 'Not Found');
  };

  const serve = async (incoming: IncomingMessage, outgoing: ServerResponse) => {
    const method = incoming.method ?? 'GET';
    const path = incoming.url ?? '/';
    const body = await readText(incoming);
    const isToken = path === '/token';
    requests.push({
      method,
      path,
      ...(isToken || body === '' ? {} : { body: redactSecrets(safeJson(body)) }),
    });
    if (requests.length > 1000) requests.shift();

    const fault = faults.take(method, path);
    if (fault?.delayMs !== undefined) await delay(fault.delayMs);
    if (fault?.drop === 'before-effect') return void outgoing.destroy();
    let answer: Answer;
    try {
      if (fault?.respond !== undefined) {
        const { status, reason, message, headers } = fault.respond;
        throw new GoogleError(status, reason, message ?? reason, headers);
      }
      answer = route({ method, url: new URL(path, 'http://127.0.0.1'), body, headers: incoming.headers });
    } catch (error) {
      answer = errorAnswer(error);
    }
    await fault?.afterEffect?.();
    if (fault?.drop === 'after-effect') return void outgoing.destroy();
    const text = answer.body === undefined ? '' : JSON.stringify(answer.body, null, 1);
    const etag = answer.body?.etag;
    outgoing.writeHead(answer.status, {
      ...(text === '' ? {} : { 'content-type': 'application/json; charset=UTF-8' }),
      ...(typeof etag === 'string' ? { etag } : {}),
      ...answer.headers,
    });
    outgoing.end(text);
  };

  const server = createServer((incoming, outgoing) => {
    serve(incoming, outgoing).catch(() => outgoing.destroy());
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const { serviceAccount, authorizedUser } = oauth.credentials;
  return {
    url,
    tokenUrl: `${url}token`,
    credentials: { serviceAccount, authorizedUser },
    adminSubject: sampleAdmin,
    faults,
    requests,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Request {
  readonly method: string;
  readonly url: URL;
  readonly body: string;
  readonly headers: IncomingMessage['headers'];
}
interface Answer {
  readonly status: number;
  readonly body?: Record<string, unknown>;
  readonly headers?: Record<string, string>;
}

function errorAnswer(error: unknown): Answer {
  if (error instanceof GoogleError)
    return { status: error.status, body: error.body(), headers: error.headers };
  if (error instanceof OAuthError)
    return { status: error.status, body: { error: error.code, error_description: error.message } };
  if (error instanceof URIError) return errorAnswer(new GoogleError(400, 'badRequest', 'Bad Request'));
  return errorAnswer(new GoogleError(503, 'backendError', 'Service unavailable. Please try again'));
}

function parseBody(text: string): Record<string, unknown> {
  const value = safeJson(text);
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw new GoogleError(400, 'parseError', 'Parse Error');
  return value as Record<string, unknown>;
}

function safeJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function readText(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString('utf8');
}
