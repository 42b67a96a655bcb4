import { request } from 'node:http';
import { afterEach, describe, expect, it } from '@jest/globals';
import { listenOn } from './listen-on.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  while (closers.length > 0) await closers.pop()?.();
});

/** A raw client: a browser's headers can't be set through `fetch`. */
async function ask(
  headers: Record<string, string>,
  provesItself?: (path: string) => boolean,
): Promise<{ status: number; reached: boolean }> {
  let reached = false;
  const server = await listenOn(
    async () => {
      reached = true;
      return new Response('{}');
    },
    0,
    provesItself,
  );
  closers.push(() => server.close());
  const port = Number(new URL(server.url).port);
  const answer = Promise.withResolvers<number>();
  const filled = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, value.replace('PORT', String(port))]),
  );
  request({ host: '127.0.0.1', port, method: 'POST', path: '/agent/run', headers: filled }, (response) => {
    response.resume();
    answer.resolve(response.statusCode ?? 0);
  })
    .on('error', answer.reject)
    .end();
  return { status: await answer.promise, reached };
}

describe('the local port', () => {
  it.each([
    ['a command line', { host: '127.0.0.1:PORT' }],
    ['a page of its own', { host: '127.0.0.1:PORT', origin: 'http://127.0.0.1:PORT' }],
    ['a page of its own by name', { host: 'localhost:PORT', origin: 'http://localhost:PORT' }],
  ])('answers %s', async (_who, headers) => {
    expect(await ask(headers)).toEqual({ status: 200, reached: true });
  });

  it.each([
    ['a rebound name', { host: 'evil.example:PORT' }, 421],
    ['a name that only begins right', { host: '127.0.0.1.evil.example:PORT' }, 421],
    ['another page', { host: '127.0.0.1:PORT', origin: 'https://evil.example' }, 403],
    ['a page on another port', { host: '127.0.0.1:PORT', origin: 'http://127.0.0.1:1' }, 403],
    ['a sandboxed frame', { host: '127.0.0.1:PORT', origin: 'null' }, 403],
    ['a form or image of another page', { host: '127.0.0.1:PORT', 'sec-fetch-site': 'cross-site' }, 403],
  ])('does not let %s through to the API', async (_who, headers, status) => {
    expect(await ask(headers)).toEqual({ status, reached: false });
  });

  it('lets whoever proves themselves come under any name, to the paths that ask for it', async () => {
    const tunnel = { host: 'tunnel.example', origin: 'https://tunnel.example' };
    expect(await ask(tunnel, (path) => path === '/agent/run')).toEqual({ status: 200, reached: true });
    expect(await ask(tunnel, (path) => path === '/events')).toEqual({ status: 421, reached: false });
  });
});
