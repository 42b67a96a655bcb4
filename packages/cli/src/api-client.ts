import { InvalidInputError, UnavailableError } from '@hitl/core';
import { z } from 'zod';
import { ApiProblem } from './api-problem.ts';
import { version } from './version.ts';

const problemSchema = z.object({
  code: z.string(),
  detail: z.string(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).default([]),
  request_id: z.string().optional(),
});

const refusalSchema = z.object({ message: z.string().max(500) });

export interface ApiClient {
  /** What answers, for people. */
  readonly where: string;
  /** @throws ApiProblem for a 4xx or 5xx answer, UnavailableError when there is no answer. */
  request<T>(schema: z.ZodType<T>, method: string, path: string, body?: unknown): Promise<T>;
  /** The body as it comes. @throws as `request` does. */
  stream(path: string): Promise<AsyncIterable<Uint8Array>>;
  close(): Promise<void>;
}

export interface ApiClientOptions {
  readonly baseUrl: string;
  readonly token?: string | undefined;
  readonly fetch: (request: Request) => Promise<Response>;
  readonly where?: string;
  /** Given with `--api`: then a wrong answer means that the option is wrong. */
  readonly isNamed?: boolean;
  readonly close?: () => Promise<void>;
}

const answerWithinMs = 60_000;

/** The same client for a deployed API, a running local stack, and a stack inside this process. */
export function createApiClient(options: ApiClientOptions): ApiClient {
  const { token, isNamed = false } = options;
  const where = options.where ?? options.baseUrl;
  if (token !== undefined && !/^[\x21-\x7e]+$/.test(token))
    throw new InvalidInputError('HITL_API_TOKEN: must be one word of printable ASCII characters');
  // A deployed API may live below a path, such as the stage of an API gateway.
  const base = options.baseUrl.endsWith('/') ? options.baseUrl : `${options.baseUrl}/`;
  const send = async (method: string, path: string, body: unknown, accept: string): Promise<Response> => {
    const request = new Request(new URL(path.replace(/^\//, ''), base), {
      method,
      headers: {
        accept,
        'user-agent': `hitl-mcp-cli/${version}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      },
      signal: AbortSignal.timeout(answerWithinMs),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const response = await options.fetch(request).catch((cause: unknown) => {
      throw new UnavailableError(`no answer from ${where}: ${reasonOf(cause)}`, { cause });
    });
    if (!response.ok) throw problemOf(response.status, await textOf(response));
    return response;
  };
  const textOf = (response: Response): Promise<string> =>
    response.text().catch((cause: unknown) => {
      throw new UnavailableError(`the answer of ${where} broke off: ${reasonOf(cause)}`, { cause });
    });
  const problemOf = (status: number, text: string): Error => {
    const problem = problemSchema.safeParse(parseJson(text));
    if (status === 401) {
      const complaint = token === undefined ? 'is not set, but a token is wanted' : 'is not accepted';
      return new ApiProblem(status, 'unauthenticated', `HITL_API_TOKEN: ${complaint} by ${where}`, []);
    }
    const refusal = refusalSchema.safeParse(parseJson(text));
    // The gateway in front of the API answers for itself.
    if (status === 403 && refusal.success && !problem.success)
      return new ApiProblem(
        status,
        'forbidden',
        `${where} refuses these credentials: ${refusal.data.message}`,
        [],
      );
    if (!problem.success) return strange(`answered HTTP ${status}`);
    const { code, detail, errors, request_id } = problem.data;
    const shown = status >= 500 && request_id !== undefined ? `${detail} (request ${request_id})` : detail;
    return new ApiProblem(status, code, shown, errors);
  };
  const strange = (what: string): Error =>
    isNamed
      ? new InvalidInputError(`--api: ${where} ${what}, which is not this API; is the URL complete?`)
      : new UnavailableError(`${where} ${what}, which is not this API`);
  return {
    where,
    async request(schema, method, path, body) {
      const response = await send(method, path, body, 'application/json');
      const parsed = schema.safeParse(parseJson(await textOf(response)));
      if (parsed.success) return parsed.data;
      const type = response.headers.get('content-type')?.split(';')[0] ?? 'something else';
      throw strange(`answered ${method} ${path.split('?')[0]} with ${type}`);
    },
    async stream(path) {
      const { body } = await send('GET', path, undefined, '*/*');
      if (body === null) throw strange(`answered GET ${path} with nothing`);
      return body as unknown as AsyncIterable<Uint8Array>;
    },
    close: options.close ?? (async () => {}),
  };
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'the host name can not be resolved now',
  ECONNRESET: 'the connection was closed',
  UND_ERR_CONNECT_TIMEOUT: 'the host does not answer',
};

function reasonOf(cause: unknown): string {
  if (cause instanceof Error && cause.name === 'TimeoutError')
    return `nothing within ${answerWithinMs / 1000} s`;
  const inner = cause instanceof Error && cause.cause instanceof Error ? cause.cause : cause;
  const code = (inner as NodeJS.ErrnoException | undefined)?.code;
  if (code !== undefined) return reasons[code] ?? code;
  return inner instanceof Error ? inner.message : 'the connection failed';
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
