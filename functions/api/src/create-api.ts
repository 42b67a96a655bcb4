import { recordRefusal } from '@hitl/application';
import { ForbiddenError, NotFoundError } from '@hitl/core';
import { runWithLogContext } from '@hitl/lambda';
import { Hono } from 'hono';
import type { ApiDeps, Credential } from './api-deps.ts';
import { parsePart, type Route } from './define-route.ts';
import { describeApi } from './describe-api.ts';
import { MethodNotAllowedError } from './errors/method-not-allowed-error.ts';
import { identifyCaller } from './identify-caller.ts';
import { problemPage, problemResponse } from './problem-response.ts';
import { proveSession, type SessionAccount } from './prove-session.ts';
import { readForm, readJson } from './read-json.ts';
import { readQuery } from './read-query.ts';
import { routes } from './routes/index.ts';
import { wantsPage } from './wants-page.ts';

/** On every answer; one that sets its own (a page with scripts) keeps it. */
const standardHeaders = {
  // Answers hold requests, arguments and decisions: no cache may keep them.
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'referrer-policy': 'no-referrer',
} as const;

/** The HTTP API as a web-standard app: the same for a Lambda, the local server and tests. */
export function createApi(deps: ApiDeps): Hono {
  const app = new Hono();
  const description = JSON.stringify(describeApi(routes, deps.version));
  const answer = async (
    request: Request,
    respond: (requestId: string) => Promise<Response> | Response,
  ): Promise<Response> => {
    const requestId = deps.ids.next('req');
    const response = await runWithLogContext({ request_id: requestId }, async () => {
      try {
        return await respond(requestId);
      } catch (error) {
        return problemResponse(deps, request, error, requestId);
      }
    });
    response.headers.set('x-request-id', requestId);
    for (const [name, value] of Object.entries(standardHeaders)) {
      if (!response.headers.has(name)) response.headers.set(name, value);
    }
    return response;
  };
  app.all('/openapi.json', (c) =>
    answer(c.req.raw, () => {
      requireMethod(c.req.raw, '/openapi.json', ['GET']);
      return new Response(description, { headers: { 'content-type': 'application/json' } });
    }),
  );
  for (const [path, ofPath] of Map.groupBy(routes, (route) => route.path)) {
    app.all(path.replaceAll(/\{(\w+)\}/g, ':$1'), (c) =>
      answer(c.req.raw, (requestId) => {
        const method = requireMethod(
          c.req.raw,
          path,
          ofPath.map((route) => route.method),
        );
        const route = ofPath.find((candidate) => candidate.method === method) as Route;
        return serve(deps, route, c.req.raw, c.req.param(), requestId);
      }),
    );
  }
  app.notFound((c) =>
    answer(c.req.raw, () => {
      throw new NotFoundError(`there is no ${c.req.path}`);
    }),
  );
  return app;
}

function requireMethod(request: Request, path: string, known: readonly string[]): string {
  // HTTP: whatever answers GET answers HEAD.
  const method = request.method === 'HEAD' ? 'GET' : request.method;
  if (known.includes(method)) return method;
  const allow = known.includes('GET') ? [...known, 'HEAD'] : known;
  throw new MethodNotAllowedError(request.method, path, allow);
}

async function serve(
  deps: ApiDeps,
  route: Route,
  request: Request,
  params: Record<string, string>,
  requestId: string,
): Promise<Response> {
  // The credential comes first: a stranger learns nothing about what the API would accept.
  if (route.credential !== 'session') {
    const credential = route.credential === 'none' ? undefined : await deps.authenticate(request);
    return handle(deps, route, { request, params, requestId, credential });
  }
  try {
    const session = await proveSession(deps, request, params.approval_id);
    if (session instanceof Response) return session;
    return await handle(deps, route, { request, params, requestId, credential: session.credential, session });
  } catch (error) {
    return problemPage(deps, request, error, requestId);
  }
}

interface Served {
  readonly request: Request;
  readonly params: Record<string, string>;
  readonly requestId: string;
  readonly credential: Credential | undefined;
  readonly session?: SessionAccount;
}

async function handle(deps: ApiDeps, route: Route, served: Served): Promise<Response> {
  const { request, params, requestId, credential, session } = served;
  const result = await route.handle(deps, {
    params: parsePart(route.params, params, 'path'),
    query: parsePart(route.query, route.query === undefined ? undefined : readQuery(request.url), 'query'),
    headers: parsePart(route.headers, headersOf(route, request), 'headers'),
    body: parsePart(route.body, await readBody(route, request), 'body'),
    caller: (claimedUserId) => callerOf(deps, credential, claimedUserId),
    wantsEventStream: request.headers.get('accept')?.toLowerCase().includes('text/event-stream') === true,
    voter: credential?.principalId,
    session,
    wantsPage: wantsPage(request),
    request,
    signal: request.signal,
    requestId,
  });
  if (result instanceof Response) return result;
  return new Response(JSON.stringify(result.body), {
    status: result.status,
    headers: { 'content-type': 'application/json', ...result.headers },
  });
}

async function readBody(route: Route, request: Request): Promise<unknown> {
  if (route.body === undefined) return undefined;
  return route.bodyType === 'form' ? readForm(request) : readJson(request);
}

/** Somebody who acts under a name that the credential does not prove is refused, and that is on the record. */
async function callerOf(
  deps: ApiDeps,
  credential: Credential | undefined,
  claimedUserId: string | undefined,
) {
  try {
    return identifyCaller(credential, claimedUserId);
  } catch (error) {
    const id = credential?.principalId;
    if (error instanceof ForbiddenError && credential !== undefined && id !== undefined)
      await recordRefusal(deps, { id, channel: credential.channel }, error);
    throw error;
  }
}

function headersOf(route: Route, request: Request): Record<string, string | undefined> {
  const names = Object.keys(route.headers?.shape ?? {});
  return Object.fromEntries(names.map((name) => [name, request.headers.get(name) ?? undefined]));
}
