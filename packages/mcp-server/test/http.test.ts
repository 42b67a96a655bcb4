import { describe, expect, it } from '@jest/globals';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { z } from 'zod';
import { createHttpHandler, defineTool, serveHttp } from '../src/index.ts';
import { createSampleSpec } from './sample-spec.ts';

const token = 'a-token-for-tests';
const listTools = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' });

function post(headers: Record<string, string> = {}, body = listTools) {
  return new Request('http://127.0.0.1/mcp', {
    method: 'POST',
    body,
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...headers,
    },
  });
}

describe('the Streamable HTTP handler', () => {
  it('serves the official client with a bearer token, statelessly and with JSON answers', async () => {
    const { spec } = createSampleSpec();
    await using server = await serving(spec, { authToken: token });
    const transport = new StreamableHTTPClientTransport(new URL(server.url), {
      requestInit: { headers: { authorization: `Bearer ${token}` } },
    });
    const client = new Client({ name: 'test', version: '0' });
    await client.connect(transport);
    expect(transport.sessionId).toBeUndefined();
    await client.listTools();
    const results = await Promise.all(
      ['a', 'b', 'c'].map((name) => client.callTool({ name: 'rename', arguments: { name } })),
    );
    expect(results.map((result) => result.structuredContent)).toEqual([
      { renamed: 'a' },
      { renamed: 'b' },
      { renamed: 'c' },
    ]);
    await client.close();
  });

  it('keeps clients apart that use the same request ids at the same time', async () => {
    const { spec } = createSampleSpec();
    const handle = createHttpHandler(spec);
    const call = (name: string) =>
      post(
        {},
        JSON.stringify({
          jsonrpc: '2.0',
          id: 7,
          method: 'tools/call',
          params: { name: 'rename', arguments: { name } },
        }),
      );
    const names = ['aa', 'bb', 'cc', 'dd'];
    const answers = await Promise.all(names.map(async (name) => (await handle(call(name))).json()));
    expect(answers).toMatchObject(
      names.map((name) => ({ id: 7, result: { structuredContent: { renamed: name } } })),
    );
  });

  it('refuses a missing or wrong token with 401 and an empty token at start', async () => {
    const { spec } = createSampleSpec();
    const handle = createHttpHandler(spec, { authToken: token });
    for (const headers of [{}, { authorization: 'Bearer wrong' }, { authorization: `Basic ${token}` }]) {
      const response = await handle(post(headers as Record<string, string>));
      expect(response.status).toBe(401);
      expect(response.headers.get('www-authenticate')).toBe('Bearer');
    }
    expect((await handle(post({ authorization: `Bearer ${token}` }))).status).toBe(200);
    expect(() => createHttpHandler(spec, { authToken: '' })).toThrow('non-empty');
  });

  it('lets a tool say where it stands when the time is up, and answers 504 for one that says nothing', async () => {
    const { spec, seen } = createSampleSpec();
    const call = (name: string) =>
      JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name, arguments: {} } });
    const deaf = defineTool({
      name: 'deaf',
      title: 'Deaf',
      description: 'Never answers.',
      inputSchema: z.strictObject({}),
      outputSchema: z.object({}),
      annotations: {},
      execute: () => new Promise<object>(() => undefined),
    });
    const handle = createHttpHandler({ ...spec, tools: [...spec.tools, deaf] }, { graceMs: 20 });
    const timeUp = new DOMException('time is up', 'TimeoutError');
    const ask = async (name: string) => {
      const limit = new AbortController();
      const answer = handle(new Request(post({}, call(name)), { signal: limit.signal }));
      setImmediate(() => limit.abort(timeUp));
      return answer;
    };
    const told = await ask('wait');
    expect([told.status, seen.aborted]).toEqual([200, 1]);
    expect(await told.json()).toMatchObject({ result: { isError: true } });
    expect((await ask('deaf')).status).toBe(504);
  });

  it('answers GET and DELETE with 405', async () => {
    const handle = createHttpHandler(createSampleSpec().spec);
    for (const method of ['GET', 'DELETE', 'PUT']) {
      const response = await handle(new Request('http://127.0.0.1/mcp', { method }));
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
    }
  });

  it('stops DNS rebinding: without a token only loopback hosts and origins are served', async () => {
    const handle = createHttpHandler(createSampleSpec().spec);
    const status = async (headers: Record<string, string>) => (await handle(post(headers))).status;
    expect(await status({ host: 'localhost:8000' })).toBe(200);
    expect(await status({ host: '[::1]:8000' })).toBe(200);
    expect(await status({ host: 'evil.example' })).toBe(403);
    expect(await status({ host: 'localhost.evil.example' })).toBe(403);
    expect(await status({ origin: 'http://localhost:3000' })).toBe(200);
    expect(await status({ origin: 'https://evil.example' })).toBe(403);
    expect(await status({ origin: 'null' })).toBe(403);
  });

  it('serves exactly the configured hosts and origins', async () => {
    const handle = createHttpHandler(createSampleSpec().spec, {
      allowedHosts: ['mcp.example.com'],
      allowedOrigins: ['https://console.example.com'],
    });
    const status = async (headers: Record<string, string>) => (await handle(post(headers))).status;
    expect(await status({ host: 'mcp.example.com' })).toBe(200);
    expect(await status({ host: '127.0.0.1' })).toBe(403);
    expect(await status({ host: 'mcp.example.com', origin: 'https://console.example.com' })).toBe(200);
    expect(await status({ host: 'mcp.example.com', origin: 'http://localhost' })).toBe(403);
  });

  it('answers 413 to a body over the limit, declared or streamed, and 400 to what is not JSON', async () => {
    const handle = createHttpHandler(createSampleSpec().spec, { maxBodyBytes: 1000 });
    expect((await handle(post({}, `"${'x'.repeat(2000)}"`))).status).toBe(413);
    const streamed = new Request('http://127.0.0.1/mcp', {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
      body: new Blob(['x'.repeat(2000)]).stream(),
      duplex: 'half',
    } as RequestInit);
    expect((await handle(streamed)).status).toBe(413);
    expect((await handle(post({}, '{'))).status).toBe(400);
  });

  it('aborts the call when the client closes the connection', async () => {
    const { spec, seen, started } = createSampleSpec();
    await using server = await serving(spec, {});
    const abort = new AbortController();
    const call = fetch(server.url, {
      method: 'POST',
      signal: abort.signal,
      headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'tools/call',
        params: { name: 'wait', arguments: {} },
      }),
    });
    await started;
    const noted = new Promise<void>((resolve) => {
      const poll = setInterval(() => {
        if (seen.aborted === 1) {
          clearInterval(poll);
          resolve();
        }
      }, 5);
    });
    abort.abort();
    await expect(call).rejects.toThrow();
    await noted;
  });

  it('serves nothing outside /mcp, and no public address without a token', async () => {
    const { spec } = createSampleSpec();
    await using server = await serving(spec, {});
    const outside = await fetch(new URL('/', server.url), { method: 'POST', body: '{}' });
    expect(outside.status).toBe(404);
    await expect(serveHttp(spec, { port: 0, hostname: '0.0.0.0' })).rejects.toThrow('MCP_AUTH_TOKEN');
  });
});

async function serving(spec: Parameters<typeof serveHttp>[0], options: { authToken?: string }) {
  const server = await serveHttp(spec, { port: 0, ...options });
  return { url: server.url, [Symbol.asyncDispose]: () => server.close() };
}
