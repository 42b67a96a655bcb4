import type { SendRequestOptions } from 'jira.js/core';
import type { JiraConnection } from '../jira-options.ts';
import { JiraRequestError } from './jira-request-error.ts';
import { parseRetryAfter } from './parse-retry-after.ts';
import { readJiraMessages } from './read-jira-messages.ts';

/** Failures before a connection exists: nothing of the request has left this machine. */
const notSentCodes = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** One HTTP exchange. Throws `JiraRequestError`, or the signal's reason when the caller cancelled. */
export async function sendOnce<T>(
  connection: JiraConnection,
  request: SendRequestOptions<T>,
  signal: AbortSignal | undefined,
): Promise<T> {
  signal?.throwIfAborted();
  const method = request.method ?? 'GET';
  const where = `${method} ${request.url}`;
  const timeout = AbortSignal.timeout(connection.limits.requestTimeoutMs);
  try {
    const response = await connection.fetch(addressOf(connection.baseUrl, request), {
      method,
      headers: {
        accept: 'application/json',
        authorization: connection.authorization,
        ...(request.body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      // Following a redirect could carry the credentials to another host.
      redirect: 'manual',
      signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
    });
    const text = await response.text();
    if (!response.ok) throw refusal(where, response, text, connection.clock.now());
    return readBody(where, response, text, request);
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof JiraRequestError) throw error;
    if (timeout.aborted)
      throw new JiraRequestError(
        'unknown',
        `${where}: no answer within ${connection.limits.requestTimeoutMs} ms`,
      );
    const code = networkCode(error);
    throw new JiraRequestError(
      code !== undefined && notSentCodes.has(code) ? 'none' : 'unknown',
      `${where}: the connection failed${code === undefined ? '' : ` (${code})`}`,
      { cause: error },
    );
  }
}

function addressOf(baseUrl: string, request: SendRequestOptions): string {
  const url = new URL(`${baseUrl}${request.url}`);
  for (const [name, value] of Object.entries(request.searchParams ?? {})) {
    for (const item of Array.isArray(value) ? value : [value])
      if (item !== undefined && item !== null) url.searchParams.append(name, String(item));
  }
  return url.href;
}

function refusal(where: string, response: Response, text: string, nowMs: number): JiraRequestError {
  const { status, headers } = response;
  const body = parseJson(text) ?? text;
  const said = readJiraMessages(body).map(({ path, message }) =>
    path === '' ? message : `${path}: ${message}`,
  );
  const isRedirect = status >= 300 && status < 400;
  return new JiraRequestError(
    // 408: the server gave up waiting for us, and may have begun.
    status >= 500 || status === 408 ? 'unknown' : 'none',
    isRedirect
      ? `${where}: Jira redirected elsewhere (${status}); check JIRA_BASE_URL`
      : `${where}: Jira answered ${status}${said.length === 0 ? '' : `: ${said.join(' ').slice(0, 1000)}`}`,
    {
      status,
      body,
      retryAfterMs: parseRetryAfter(headers.get('retry-after'), nowMs),
      rateLimitReason: headers.get('ratelimit-reason') ?? undefined,
      traceId: headers.get('atl-traceid') ?? headers.get('x-arequestid') ?? undefined,
    },
  );
}

function readBody<T>(where: string, response: Response, text: string, request: SendRequestOptions<T>): T {
  if (request.schema === undefined) return undefined as T;
  const parsed = request.schema.safeParse(parseJson(text));
  if (parsed.success) return parsed.data;
  // The request was carried out; what came of it can't be read.
  throw new JiraRequestError(
    'unknown',
    `${where}: Jira answered ${response.status} with a body that is not understood`,
    {
      status: response.status,
      cause: parsed.error,
    },
  );
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `fetch` reports `TypeError: fetch failed`; the code is somewhere down its causes. */
function networkCode(error: unknown): string | undefined {
  let cursor: unknown = error;
  for (let depth = 0; cursor instanceof Error && depth < 5; depth += 1) {
    const { code } = cursor as { code?: unknown };
    if (typeof code === 'string') return code;
    cursor = cursor.cause;
  }
  return undefined;
}
