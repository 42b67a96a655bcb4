import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { refuse } from './check-http-caller.ts';
import { createHttpHandler, type HttpHandlerOptions } from './create-http-handler.ts';
import type { McpServerSpec } from './server-tool.ts';

export interface ServeHttpOptions extends HttpHandlerOptions {
  /** 0 lets the system choose. */
  readonly port: number;
  /** Default `127.0.0.1`. Another address is refused unless `authToken` is set. */
  readonly hostname?: string;
}

/** Serves the spec at `/mcp` until `close`. */
export async function serveHttp(
  spec: McpServerSpec,
  options: ServeHttpOptions,
): Promise<{ readonly url: string; close(): Promise<void> }> {
  const hostname = options.hostname ?? '127.0.0.1';
  if (options.authToken === undefined && !['127.0.0.1', '::1', 'localhost'].includes(hostname))
    throw new Error(`serving MCP on ${hostname} needs a bearer token (MCP_AUTH_TOKEN)`);
  const handle = createHttpHandler(spec, options);
  const server = createServer((incoming, outgoing) => void answer(incoming, outgoing, handle));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, hostname, resolve);
  });
  const { port } = server.address() as AddressInfo;
  const urlHost = hostname.includes(':') ? `[${hostname}]` : hostname;
  return {
    url: `http://${urlHost}:${port}/mcp`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

async function answer(
  incoming: IncomingMessage,
  outgoing: ServerResponse,
  handle: (request: Request) => Promise<Response>,
): Promise<void> {
  const abort = new AbortController();
  outgoing.once('close', () => {
    if (!outgoing.writableFinished) abort.abort();
  });
  let response: Response;
  try {
    const request = toRequest(incoming, abort.signal);
    response =
      new URL(request.url).pathname === '/mcp' ? await handle(request) : refuse(404, 'MCP is at /mcp');
  } catch {
    response = refuse(400, 'not a request that can be served');
  }
  if (outgoing.destroyed) return;
  const body = Buffer.from(await response.arrayBuffer());
  outgoing.writeHead(response.status, {
    ...Object.fromEntries(response.headers),
    'content-length': body.byteLength,
    // An unread body must not be taken for the next request.
    ...(incoming.complete ? {} : { connection: 'close' }),
  });
  outgoing.end(body);
}

function toRequest(incoming: IncomingMessage, signal: AbortSignal): Request {
  const headers = new Headers();
  for (let i = 0; i + 1 < incoming.rawHeaders.length; i += 2)
    headers.append(incoming.rawHeaders[i] ?? '', incoming.rawHeaders[i + 1] ?? '');
  const method = incoming.method ?? 'GET';
  const hasBody = method !== 'GET' && method !== 'HEAD';
  // The path alone is taken from the request line; which Host the caller named is checked from the header.
  const url = new URL(incoming.url ?? '/', 'http://127.0.0.1');
  return new Request(url, {
    method,
    headers,
    signal,
    ...(hasBody ? { body: bodyOf(incoming), duplex: 'half' } : {}),
  } as RequestInit);
}

function bodyOf(incoming: IncomingMessage): ReadableStream<Uint8Array> {
  const chunks = incoming[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  return new ReadableStream({
    async pull(controller) {
      const next = await chunks.next();
      if (next.done === true) controller.close();
      else controller.enqueue(new Uint8Array(next.value));
    },
    async cancel() {
      await chunks.return?.();
    },
  });
}
