import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

interface Result {
  readonly statusCode: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly cookies?: readonly string[];
  readonly body: string;
  readonly isBase64Encoded: boolean;
}
type LambdaHandler = (
  event: unknown,
  context?: { getRemainingTimeInMillis: () => number },
) => Promise<Result>;

/**
 * An HTTP API on loopback: calls the Lambda handler of a route (`POST /path`) with an event in payload format 2.0, as API Gateway
 * does, and answers 404 for what is no route.
 */
export async function startHttpApiPeer(
  routes: Readonly<Record<string, LambdaHandler>>,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const server = createServer((incoming, outgoing) => {
    answer(routes, incoming, outgoing).catch(() => outgoing.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function answer(
  routes: Readonly<Record<string, LambdaHandler>>,
  incoming: IncomingMessage,
  outgoing: ServerResponse,
): Promise<void> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const url = new URL(incoming.url ?? '/', 'http://localhost');
  const method = incoming.method ?? 'GET';
  const handler = routes[`${method} ${url.pathname}`];
  if (handler === undefined) {
    outgoing.writeHead(404, { 'content-type': 'application/json' }).end('{"message":"Not Found"}');
    return;
  }
  const { cookie, ...headers } = incoming.headers;
  const event = {
    version: '2.0',
    routeKey: `${method} ${url.pathname}`,
    rawPath: url.pathname,
    rawQueryString: url.search.slice(1),
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, String(value)])),
    ...(cookie === undefined ? {} : { cookies: cookie.split('; ') }),
    requestContext: {
      domainName: headers.host,
      stage: '$default',
      http: { method, path: url.pathname, protocol: 'HTTP/1.1', sourceIp: '127.0.0.1' },
    },
    ...(chunks.length === 0 ? {} : { body: Buffer.concat(chunks).toString('base64') }),
    isBase64Encoded: chunks.length > 0,
  };
  const result = await handler(event, { getRemainingTimeInMillis: () => 30_000 });
  for (const one of result.cookies ?? []) outgoing.appendHeader('set-cookie', one);
  outgoing
    .writeHead(result.statusCode, result.headers)
    .end(Buffer.from(result.body, result.isBase64Encoded ? 'base64' : 'utf8'));
}
