import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ConflictError } from '@hitl/core';
import { getRequestListener } from '@hono/node-server';

/** Serves on 127.0.0.1 only. @throws ConflictError when the port is taken. */
export async function listenOn(
  fetch: (request: Request) => Promise<Response>,
  port: number,
  /** Whether a path's callers prove themselves, under whatever host name they come. */
  provesItself: (path: string) => boolean = () => false,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer(
    getRequestListener(guardHost(fetch, provesItself), { overrideGlobalObjects: false }),
  );
  server.listen(port, '127.0.0.1');
  await once(server, 'listening').catch((cause: unknown) => {
    const code = (cause as NodeJS.ErrnoException).code;
    throw new ConflictError(
      'conflict',
      `port ${port} can't be used (${code}); give another one with --port`,
      { cause },
    );
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

/**
 * A page in the operator's browser must not reach the API: neither under a name of its own (DNS rebinding), nor from its own
 * origin. Credentials are headers that a page has not got; this is the second line.
 */
function guardHost(
  fetch: (request: Request) => Promise<Response>,
  provesItself: (path: string) => boolean,
): (request: Request) => Promise<Response> {
  return async (request) => {
    const { host, hostname, pathname } = new URL(request.url);
    if (provesItself(pathname)) return fetch(request);
    if (hostname !== '127.0.0.1' && hostname !== 'localhost')
      return new Response('wrong host', { status: 421 });
    const origin = request.headers.get('origin');
    if (origin !== null && origin !== `http://${host}`) return new Response('wrong origin', { status: 403 });
    const site = request.headers.get('sec-fetch-site');
    if (site === 'cross-site' && request.headers.get('sec-fetch-mode') !== 'navigate')
      return new Response('wrong site', { status: 403 });
    return fetch(request);
  };
}
