import { UnavailableError } from '@hitl/core';
import { z } from 'zod';
import { ApiProblem } from './api-problem.ts';

const problemSchema = z.object({
  code: z.string(),
  detail: z.string(),
  errors: z.array(z.object({ path: z.string(), message: z.string() })).default([]),
});

export interface ApiClient {
  /** @throws ApiProblem for a 4xx or 5xx answer, UnavailableError when there is no answer. */
  request<T>(
    schema: z.ZodType<T>,
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<T>;
  /** The body as it comes. @throws as `request` does. */
  stream(path: string): Promise<AsyncIterable<Uint8Array>>;
  close(): Promise<void>;
}

/** The same client for a deployed API, a running local stack, and a stack inside this process. */
export function createApiClient(options: {
  readonly baseUrl: string;
  readonly token?: string | undefined;
  readonly fetch: (request: Request) => Promise<Response>;
  readonly close?: () => Promise<void>;
}): ApiClient {
  const send = async (
    method: string,
    path: string,
    body: unknown,
    headers: Record<string, string>,
  ): Promise<Response> => {
    const request = new Request(new URL(path, options.baseUrl), {
      method,
      headers: {
        accept: 'application/json',
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...(options.token === undefined ? {} : { authorization: `Bearer ${options.token}` }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const response = await options.fetch(request).catch((cause: unknown) => {
      throw new UnavailableError(`no answer from ${options.baseUrl}`, { cause });
    });
    if (!response.ok) throw problemOf(response.status, await response.text());
    return response;
  };
  return {
    async request(schema, method, path, body, headers = {}) {
      const response = await send(method, path, body, headers);
      const parsed = schema.safeParse(parseJson(await response.text()));
      if (parsed.success) return parsed.data;
      throw new UnavailableError(
        `${options.baseUrl} answered ${method} ${path} with something else than this API`,
      );
    },
    async stream(path) {
      const { body } = await send('GET', path, undefined, { accept: '*/*' });
      if (body === null) throw new UnavailableError(`${options.baseUrl} answered GET ${path} with nothing`);
      return body as unknown as AsyncIterable<Uint8Array>;
    },
    close: options.close ?? (async () => {}),
  };
}

function problemOf(status: number, text: string): ApiProblem {
  const problem = problemSchema.safeParse(parseJson(text));
  if (!problem.success)
    return new ApiProblem(status, 'unexpected_answer', `the API answered HTTP ${status}`, []);
  return new ApiProblem(status, problem.data.code, problem.data.detail, problem.data.errors);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
