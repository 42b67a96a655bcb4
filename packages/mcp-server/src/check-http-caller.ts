import { createHash, timingSafeEqual } from 'node:crypto';

export interface HttpCallerRules {
  /** Demanded as `Authorization: Bearer …`. Absent: only callers that came by a loopback name are served. */
  readonly authToken?: string;
  /** Taken as well, while callers still hold it after a rotation. */
  readonly previousAuthToken?: string;
  /** `Host` values served, without port. Default: loopback names when there is no token, else any. */
  readonly allowedHosts?: readonly string[];
  /** Whole `Origin` values served, for browsers. Requests without one are not from a browser. Default: loopback origins. */
  readonly allowedOrigins?: readonly string[];
}

const loopbackNames = new Set(['localhost', '127.0.0.1', '[::1]']);

/**
 * Answers what must not be served, `undefined` for what may. The host and origin checks stop DNS rebinding: a web page that
 * makes its own name point at this machine can't hide that name.
 */
export function checkHttpCaller(request: Request, rules: HttpCallerRules): Response | undefined {
  const host = hostnameOf(`http://${request.headers.get('host') ?? new URL(request.url).host}`);
  const hosts = rules.allowedHosts;
  const isHostAllowed =
    hosts === undefined
      ? rules.authToken !== undefined || loopbackNames.has(host)
      : hosts.some((allowed) => allowed.toLowerCase() === host);
  if (!isHostAllowed) return refuse(403, 'this Host is not served here');

  const origin = request.headers.get('origin');
  if (origin !== null && !isOriginAllowed(origin, rules.allowedOrigins))
    return refuse(403, 'this Origin is not served here');

  const tokens = [rules.authToken, rules.previousAuthToken].filter((token) => token !== undefined);
  if (rules.authToken !== undefined && !tokens.some((token) => isBearer(request, token))) {
    return refuse(401, 'a valid bearer token is required', { 'www-authenticate': 'Bearer' });
  }
  return undefined;
}

function isOriginAllowed(origin: string, allowed: readonly string[] | undefined): boolean {
  return allowed === undefined ? loopbackNames.has(hostnameOf(origin)) : allowed.includes(origin);
}

function hostnameOf(url: string): string {
  return URL.canParse(url) ? new URL(url).hostname : '';
}

function isBearer(request: Request, token: string): boolean {
  const given = /^Bearer +(\S+)$/i.exec(request.headers.get('authorization') ?? '')?.[1];
  // Hashing first gives equal lengths, so that the comparison takes the same time for every guess.
  const hash = (text: string) => createHash('sha256').update(text).digest();
  return given !== undefined && timingSafeEqual(hash(given), hash(token));
}

export function refuse(status: number, message: string, headers: Record<string, string> = {}): Response {
  return Response.json(
    { jsonrpc: '2.0', error: { code: -32000, message }, id: null },
    { status, headers: { 'cache-control': 'no-store', ...headers } },
  );
}
