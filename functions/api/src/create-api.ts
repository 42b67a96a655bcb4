import { InvalidInputError, NotFoundError } from '@hitl/core';
import { toProblem } from '@hitl/lambda';
import { Hono } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import type { ApiDeps } from './api-deps.ts';
import { parsePart, type Route } from './define-route.ts';
import { describeApi } from './describe-api.ts';
import { identifyCaller } from './identify-caller.ts';
import { routes } from './routes/index.ts';

const maxBodyBytes = 1024 * 1024;

/** The HTTP API as a web-standard app: the same for a Lambda, the local server and tests. */
export function createApi(deps: ApiDeps): Hono {
  const app = new Hono();
  const problem = (error: unknown, requestId: string): Response => {
    const { status, body } = toProblem(error, requestId);
    if (status >= 500) deps.logger.error('request failed', { request_id: requestId, error: String(error) });
    return new Response(JSON.stringify(body), {
      status,
      headers: { 'content-type': 'application/problem+json' },
    });
  };
  app.use(
    '*',
    bodyLimit({ maxSize: maxBodyBytes, onError: () => problem(tooLarge(), deps.ids.next('req')) }),
  );
  app.get('/openapi.json', (c) => c.json(describeApi(routes, deps.version)));
  for (const route of routes) {
    app.on(route.method, route.path.replaceAll(/\{(\w+)\}/g, ':$1'), async (c) => {
      const requestId = deps.ids.next('req');
      try {
        const response = await serve(deps, route, c.req.raw, c.req.param(), requestId);
        response.headers.set('x-request-id', requestId);
        return response;
      } catch (error) {
        return problem(error, requestId);
      }
    });
  }
  app.notFound((c) =>
    problem(new NotFoundError(`there is no ${c.req.method} ${c.req.path}`), deps.ids.next('req')),
  );
  app.onError((error) => problem(error, deps.ids.next('req')));
  return app;
}

async function serve(
  deps: ApiDeps,
  route: Route,
  request: Request,
  params: Record<string, string>,
  requestId: string,
): Promise<Response> {
  // The credential comes first: a stranger learns nothing about what the API would accept.
  const credential = route.isPublic === true ? undefined : await deps.authenticate(request);
  const result = await route.handle(deps, {
    params: parsePart(route.params, params, 'path'),
    query: parsePart(route.query, Object.fromEntries(new URL(request.url).searchParams), 'query'),
    body: parsePart(route.body, route.body === undefined ? undefined : await readJson(request), 'body'),
    headers: request.headers,
    caller: (claimedUserId) => identifyCaller(credential, claimedUserId),
    signal: request.signal,
    requestId,
  });
  if (result instanceof Response) return result;
  return new Response(result.status === 204 ? null : JSON.stringify(result.body), {
    status: result.status,
    headers: { 'content-type': 'application/json', ...result.headers },
  });
}

async function readJson(request: Request): Promise<unknown> {
  const text = await request.text();
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new InvalidInputError('body: must be one JSON document', {
      errors: [{ path: 'body', message: text.trim() === '' ? 'is empty' : 'is not valid JSON' }],
    });
  }
}

function tooLarge(): InvalidInputError {
  return new InvalidInputError(`body: must be at most ${maxBodyBytes} bytes`, {
    errors: [{ path: 'body', message: 'is too large' }],
  });
}
