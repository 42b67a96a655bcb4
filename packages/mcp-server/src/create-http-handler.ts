import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js';
import { checkHttpCaller, type HttpCallerRules, refuse } from './check-http-caller.ts';
import { createMcpServer } from './create-mcp-server.ts';
import type { McpServerSpec } from './server-tool.ts';

export interface HttpHandlerOptions extends HttpCallerRules {
  /** Larger bodies are answered 413. Default 1 MiB. */
  readonly maxBodyBytes?: number;
  /**
   * How long a tool may take to say where it stands once the request's time is up (its signal was aborted by a time limit, as of
   * `AbortSignal.timeout`); then 504 is answered. Default 2,000.
   */
  readonly graceMs?: number;
}

/**
 * Stateless Streamable HTTP with JSON answers, for any runtime with web `Request` and `Response`. Every request has its own
 * server and transport: sharing them has leaked answers between clients. When the client closes the connection or the time is
 * up, the call is aborted. Throws on an empty token, which would let everybody in.
 */
export function createHttpHandler(
  spec: McpServerSpec,
  options: HttpHandlerOptions = {},
): (request: Request) => Promise<Response> {
  for (const token of [options.authToken, options.previousAuthToken])
    if (token !== undefined && !/^\S+$/.test(token))
      throw new Error('the bearer token must be non-empty and without spaces');
  const maxRequestBodySize = options.maxBodyBytes ?? 1024 * 1024;
  return async (request) => {
    const refusal = checkHttpCaller(request, options);
    if (refusal !== undefined) return refusal;
    // No session and no stream to open or end: answering GET at once keeps clients from holding a connection.
    if (request.method !== 'POST') return refuse(405, 'only POST is served here', { allow: 'POST' });

    const stop = new AbortController();
    const server = createMcpServer(spec, { signal: stop.signal });
    const transport = new WebStandardStreamableHTTPServerTransport({
      enableJsonResponse: true,
      maxRequestBodySize,
    });
    await server.connect(transport);
    const { promise: gone, resolve: onAbort } = Promise.withResolvers<Response>();
    let grace: NodeJS.Timeout | undefined;
    const abort = () => {
      stop.abort(request.signal.reason);
      if (!isTimeout(request.signal.reason)) return onAbort(refuse(499, 'the client closed the connection'));
      grace = setTimeout(
        () => onAbort(refuse(504, 'the time for this call was up before it was done')),
        options.graceMs ?? 2000,
      );
    };
    request.signal.addEventListener('abort', abort, { once: true });
    if (request.signal.aborted) abort();
    try {
      return await Promise.race([transport.handleRequest(request), gone]);
    } finally {
      clearTimeout(grace);
      request.signal.removeEventListener('abort', abort);
      await server.close();
    }
  };
}

function isTimeout(reason: unknown): boolean {
  return typeof reason === 'object' && reason !== null && 'name' in reason && reason.name === 'TimeoutError';
}
