import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { McpToolSourceOptions } from '../src/index.ts';
import { startFaultHttpServer } from './fixtures/fault-http-server.ts';
import { openSource } from './fixtures/tool-source.ts';
import { until } from './fixtures/until.ts';

type FaultServer = Awaited<ReturnType<typeof startFaultHttpServer>>;

const cleanUps: (() => unknown)[] = [];
let server: FaultServer;

beforeEach(async () => {
  server = await start();
});

afterEach(async () => {
  while (cleanUps.length > 0) await cleanUps.pop()?.();
});

async function start(options?: Parameters<typeof startFaultHttpServer>[0]): Promise<FaultServer> {
  const started = await startFaultHttpServer(options);
  cleanUps.push(started.close);
  return started;
}

function open(url = server.url, options: Partial<McpToolSourceOptions> & { bearerToken?: string } = {}) {
  const { bearerToken, ...more } = options;
  const token = bearerToken === undefined ? {} : { bearerToken };
  const opened = openSource({
    servers: [{ kind: 'http', alias: 'web', isTrusted: false, url, ...token }],
    ...more,
  });
  cleanUps.push(opened.close);
  return opened;
}

function movableClock() {
  let skewMs = 0;
  return {
    now: () => Date.now() + skewMs,
    advance(ms: number) {
      skewMs += ms;
    },
  };
}

describe('an HTTP server that misbehaves', () => {
  it.each([404, 400])(
    'that forgot our session (HTTP %i) gets a new one and the call once more',
    async (status) => {
      const { call } = open();
      await call('web/echo');
      server.forgetSessions(status);
      expect(await call('web/echo')).toMatchObject({ kind: 'succeeded' });
      expect(server.seen.calls).toEqual(['echo', 'echo']);
      expect(server.seen.methods.filter((method) => method === 'initialize')).toHaveLength(2);
    },
  );

  it('that forgot our session while many calls are made initialises one new session for all of them', async () => {
    const { call } = open();
    await call('web/echo');
    server.forgetSessions();
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => call('web/echo')));
    expect(outcomes.map((outcome) => outcome.kind)).toEqual(Array(10).fill('succeeded'));
    expect(server.seen.methods.filter((method) => method === 'initialize')).toHaveLength(2);
  });

  it('that forgot our session and changed its tools: the pins are checked again before the call', async () => {
    const { call } = open();
    await call('web/echo');
    server.forgetSessions();
    server.changeDescription('now deletes everything');
    expect(await call('web/echo')).toMatchObject({ kind: 'not_sent', code: 'tool_definition_changed' });
    expect(server.seen.calls).toEqual(['echo']);
  });

  it('that forgets every session at once is not asked for ever', async () => {
    const { call } = open();
    await call('web/echo');
    server.forgetEverySession();
    expect(await call('web/echo')).toMatchObject({ kind: 'not_sent' });
    expect(server.seen.methods.filter((method) => method === 'initialize').length).toBeLessThanOrEqual(3);
  });

  it('that forgot our session is listed again without a word', async () => {
    const { source, call } = open();
    await call('web/echo');
    server.forgetSessions();
    const listing = await source.list();
    expect(listing.unavailable).toEqual([]);
    expect(listing.tools.length).toBeGreaterThan(5);
  });

  it.each([
    ['ends', 'sse-drop'],
    ['breaks off', 'sse-break'],
  ])('whose answer stream %s without a result: unknown at once, not at the time limit', async (how, tool) => {
    const { call } = open();
    expect(await call(`web/${tool}`, {}, { timeoutMs: 600_000 })).toMatchObject({
      kind: 'unknown',
      message: expect.stringContaining(
        how === 'ends' ? 'ended before the result' : 'broke off before the result',
      ),
    });
    expect(server.seen.calls).toEqual([tool]);
  });

  it('that asks to come back for the answer is asked for it', async () => {
    const { call } = open();
    expect(await call('web/sse-resume')).toMatchObject({ content: [{ text: 'resumed' }] });
    expect(server.seen.gets).toEqual(['event-1']);
  });

  it('that asks to come back and then refuses: unknown', async () => {
    const { call } = open();
    expect(await call('web/sse-resume-refused', {}, { timeoutMs: 600_000 })).toMatchObject({
      kind: 'unknown',
      message: expect.stringContaining('resuming it failed with HTTP 409'),
    });
  });

  it('that resets the connection after the request was sent: unknown, sent once', async () => {
    const { call } = open();
    expect(await call('web/reset')).toMatchObject({ kind: 'unknown' });
    expect(server.seen.calls).toEqual(['reset']);
  });

  it('that hangs: time-out gives an unknown outcome, the cancellation reaches the server, the POST is not left open', async () => {
    const { call } = open();
    expect(await call('web/hang', {}, { timeoutMs: 100 })).toMatchObject({ kind: 'unknown' });
    await until('the cancellation', () => server.seen.cancelled.length === 1);
    await until('the end of the POST', () => server.seen.abortedCalls === 1);
    expect(await call('web/echo')).toMatchObject({ kind: 'succeeded' });
  });

  it('is told when the caller cancels', async () => {
    const { call } = open();
    await call('web/echo');
    const controller = new AbortController();
    const pending = call('web/hang', {}, { signal: controller.signal });
    await until('the call', () => server.seen.calls.includes('hang'));
    controller.abort();
    expect(await pending).toMatchObject({ kind: 'unknown' });
    await until('the cancellation', () => server.seen.cancelled.length === 1);
  });

  it.each([
    ['status-400', 'not_sent', 'http_400'],
    ['status-401', 'not_sent', 'unauthorized'],
    ['status-403', 'not_sent', 'forbidden'],
    ['status-429', 'not_sent', 'rate_limited'],
    ['unready', 'not_sent', 'server_unavailable'],
    ['redirect', 'not_sent', 'redirect_refused'],
    ['redirect-home', 'not_sent', 'redirect_refused'],
  ])('that answers %s did not process the call: %s %s, sent once', async (tool, kind, code) => {
    const { call } = open();
    expect(await call(`web/${tool}`)).toMatchObject({ kind, code });
    expect(new Set(server.seen.calls)).toEqual(new Set([tool]));
  });

  it.each([
    'status-408',
    'status-500',
    'status-502',
    'status-503',
    'status-504',
    'accepted',
    'wrong-id',
    'html',
    'garbage',
  ])('that answers %s may have processed the call: unknown, sent once, without waiting', async (tool) => {
    const { call } = open();
    expect(await call(`web/${tool}`, {}, { timeoutMs: 600_000 })).toMatchObject({ kind: 'unknown' });
    expect(server.seen.calls).toEqual([tool]);
  });

  it('that answers 404 for one call only, with its sessions intact: asked once more, then not sent', async () => {
    const { call } = open();
    expect(await call('web/status-404')).toMatchObject({ kind: 'not_sent', code: 'session_lost' });
    expect(server.seen.calls).toEqual(['status-404', 'status-404']);
  });

  it('that has no sessions and answers 404: not sent, asked once', async () => {
    const stateless = await start({ stateless: true });
    const { call } = open(stateless.url);
    expect(await call('web/status-404')).toMatchObject({ kind: 'not_sent', code: 'endpoint_not_found' });
    expect(stateless.seen.calls).toEqual(['status-404']);
  });

  it.each(['huge', 'huge-sse'])('that answers above the limit (%s) costs that call only', async (tool) => {
    const { call } = open(server.url, { maxMessageBytes: 100_000 });
    expect(await call(`web/${tool}`, { bytes: 300_000 }, { timeoutMs: 600_000 })).toMatchObject({
      kind: 'unknown',
      message: expect.stringContaining('more than the limit of 100000 bytes'),
    });
    expect(await call('web/echo')).toMatchObject({ kind: 'succeeded' });
  });

  it('that is not there any more: not sent, and named when listing', async () => {
    const gone = await startFaultHttpServer();
    const clock = movableClock();
    const { source, call } = open(gone.url, { clock });
    await call('web/echo');
    await gone.close();
    clock.advance(5000);
    expect(await call('web/echo')).toMatchObject({ kind: 'not_sent', code: 'server_unavailable' });
    expect((await source.list()).unavailable).toEqual([
      { server: 'web', reason: 'connection failed (ECONNREFUSED)' },
    ]);
  });

  it('that drops idle connections: a call after a pause does not pay for it with an unknown outcome', async () => {
    const clock = movableClock();
    const { call } = open(server.url, { clock });
    await call('web/echo');
    for (const pauseMs of [5000, 600_000]) {
      server.dropConnections();
      clock.advance(pauseMs);
      expect(await call('web/echo')).toMatchObject({ kind: 'succeeded' });
    }
  });

  it('that speaks a newer protocol is named with both versions', async () => {
    const modern = await start({ protocolVersion: '2026-07-28' });
    const { source } = open(modern.url);
    expect((await source.list()).unavailable[0]?.reason).toMatch(/2026-07-28.*newest supported: 2025-11-25/);
  });

  it('never sees an idle GET stream, sees our bearer token, and is told goodbye', async () => {
    const { call, close } = open(server.url, { bearerToken: ['t', 'k'].join('-') });
    await call('web/echo');
    await call('web/sse');
    await close();
    expect(server.seen.gets).toEqual([]);
    expect(server.seen.deletes).toBe(1);
    expect([...server.seen.authorizations]).toEqual(['Bearer t-k']);
  });

  it('is handed the idempotency key', async () => {
    const { call } = open();
    const outcome = await call('web/echo', {}, { key: 'run-1/call-2' });
    expect(JSON.stringify(outcome)).toContain('run-1/call-2');
  });
});
