import { HitlError } from '@hitl/core';
import { toProblem } from '@hitl/lambda';
import type { ApiDeps } from './api-deps.ts';
import { MethodNotAllowedError } from './errors/method-not-allowed-error.ts';
import { renderMessagePage } from './pages/render-message-page.ts';
import { wantsPage } from './wants-page.ts';

/** Any failure as an RFC 9457 response; what happened on our side is logged under the request id and told to nobody. */
export function problemResponse(
  deps: Pick<ApiDeps, 'logger'>,
  request: Request,
  error: unknown,
  requestId: string,
): Response {
  const { status, body } = toldProblem(deps, request, error, requestId);
  const headers = new Headers({ 'content-type': 'application/problem+json' });
  if (status === 401) headers.set('www-authenticate', challenge(request));
  if (error instanceof MethodNotAllowedError) headers.set('allow', error.allow.join(', '));
  if (error instanceof HitlError && error.isRetryable) headers.set('retry-after', '1');
  return new Response(JSON.stringify(body), { status, headers });
}

/** The same for a person at a page that they signed in to. */
export function problemPage(
  deps: Pick<ApiDeps, 'logger'>,
  request: Request,
  error: unknown,
  requestId: string,
): Response {
  const { status, body } = toldProblem(deps, request, error, requestId);
  const title = body.code === 'unknown_principal' ? 'Nobody here knows this account' : body.title;
  const text = `${body.detail.charAt(0).toUpperCase()}${body.detail.slice(1)}.`.replace(/\.\.$/, '.');
  // Whoever signed in with another account than the directory knows has to get out of it.
  return renderMessagePage(status, title, text, { canSignOut: status === 403 });
}

function toldProblem(
  deps: Pick<ApiDeps, 'logger'>,
  request: Request,
  error: unknown,
  requestId: string,
): ReturnType<typeof toProblem> {
  const problem = toProblem(error, requestId);
  if (problem.status >= 500) {
    const { pathname } = new URL(request.url);
    deps.logger.error('request failed', {
      request_id: requestId,
      method: request.method,
      path: pathname,
      error,
    });
  }
  return problem;
}

/** RFC 6750: who sent no credential is only asked for one. */
function challenge(request: Request): string {
  // A browser then asks the person: the user name does not matter, the password is the token.
  if (wantsPage(request)) return 'Basic realm="hitl-mcp", charset="UTF-8"';
  const realm = 'Bearer realm="hitl-mcp"';
  return request.headers.has('authorization') ? `${realm}, error="invalid_token"` : realm;
}
