import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { toHttpResult, toRequest } from './http-event.ts';

const event = {
  version: '2.0',
  rawPath: '/agent/runs',
  rawQueryString: 'status=running&cursor=a%20b',
  headers: { host: 'abc.execute-api.us-east-1.amazonaws.com', 'content-type': 'application/json' },
  cookies: ['a=1', 'b=2'],
  requestContext: {
    domainName: 'abc.execute-api.us-east-1.amazonaws.com',
    http: { method: 'POST', path: '/agent/runs' },
  },
};

describe('an HTTP API event', () => {
  it('is a request with its method, address, headers, cookies and body', async () => {
    const request = toRequest({ ...event, body: '{"query":"ü"}' });
    expect([request.method, request.url]).toEqual([
      'POST',
      'https://abc.execute-api.us-east-1.amazonaws.com/agent/runs?status=running&cursor=a%20b',
    ]);
    expect(request.headers.get('cookie')).toBe('a=1; b=2');
    expect(request.headers.get('content-type')).toBe('application/json');
    expect(await request.text()).toBe('{"query":"ü"}');
  });

  it('keeps every byte of a body, which a signature may cover', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ minLength: 1 }), async (bytes) => {
        const body = Buffer.from(bytes).toString('base64');
        const request = toRequest({ ...event, body, isBase64Encoded: true });
        expect(new Uint8Array(await request.arrayBuffer())).toEqual(bytes);
      }),
    );
  });

  it('may be as little as a path, for whoever asks the function directly', () => {
    const request = toRequest({ rawPath: '/healthz', requestContext: {} });
    expect([request.method, new URL(request.url).pathname]).toEqual(['GET', '/healthz']);
  });

  it('is never guessed from something else', () => {
    for (const other of [
      undefined,
      null,
      {},
      { rawPath: 7 },
      { rawPath: 'x' },
      { httpMethod: 'GET', path: '/' },
    ])
      expect(() => toRequest(other)).toThrow();
  });

  it('cannot lead the address elsewhere', () => {
    for (const rawPath of ['//evil.example/x', '/\\evil.example', '/a/../b?x#y']) {
      const { hostname } = new URL(toRequest({ ...event, rawPath }).url);
      expect(hostname).toBe('abc.execute-api.us-east-1.amazonaws.com');
    }
  });
});

describe('an answer to an HTTP API', () => {
  it('is text where it is text, with cookies apart', async () => {
    const headers = new Headers({ 'content-type': 'application/problem+json' });
    headers.append('set-cookie', 'a=1');
    headers.append('set-cookie', 'b=2');
    expect(await toHttpResult(new Response('{"detail":"ü"}', { status: 409, headers }))).toEqual({
      statusCode: 409,
      headers: { 'content-type': 'application/problem+json' },
      cookies: ['a=1', 'b=2'],
      body: '{"detail":"ü"}',
      isBase64Encoded: false,
    });
  });

  it('is base64 where it is bytes, and empty where there is nothing', async () => {
    const bytes = new Uint8Array([0, 255, 128]);
    const png = await toHttpResult(new Response(bytes, { headers: { 'content-type': 'image/png' } }));
    expect([png.body, png.isBase64Encoded]).toEqual(['AP+A', true]);
    expect(await toHttpResult(new Response(null, { status: 202 }))).toMatchObject({
      statusCode: 202,
      body: '',
    });
  });
});
