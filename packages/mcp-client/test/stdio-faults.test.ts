import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { McpToolSourceOptions, StdioServerConfig } from '../src/index.ts';
import { openSource } from './fixtures/tool-source.ts';
import { isAlive, until } from './fixtures/until.ts';

const serverPath = join(import.meta.dirname, 'fixtures/fault-stdio-server.mjs');
const cleanUps: (() => unknown)[] = [];
let stateDir = '';

beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), 'mcp-stdio-'));
  cleanUps.push(() => rmSync(stateDir, { recursive: true, force: true }));
});

afterEach(async () => {
  while (cleanUps.length > 0) await cleanUps.pop()?.();
});

function fault(mode = 'normal', alias = 'fault'): StdioServerConfig {
  return { kind: 'stdio', alias, isTrusted: false, path: serverPath, args: [stateDir, mode] };
}

function open(options: Partial<McpToolSourceOptions> = {}) {
  const opened = openSource({ servers: [fault()], ...options });
  cleanUps.push(opened.close);
  return opened;
}

const linesOf = (file: string) => {
  const path = join(stateDir, file);
  return existsSync(path) ? readFileSync(path, 'utf8').trim().split('\n') : [];
};
const lastPid = () => Number(linesOf('starts').at(-1));

describe('a stdio server that misbehaves', () => {
  it('that dies during a call: the outcome is unknown at once, with the exit told, and nothing is repeated', async () => {
    const { call } = open();
    expect(await call('fault/die')).toEqual({ kind: 'unknown', message: 'the process exited with code 3' });
    expect(linesOf('calls')).toEqual(['die']);
  });

  it('that died is started again for the next call', async () => {
    const { call } = open();
    await call('fault/die');
    expect(await call('fault/echo', { a: 1 })).toMatchObject({ kind: 'succeeded' });
    expect(linesOf('starts')).toHaveLength(2);
  });

  it('that dies in the middle of its answer: the outcome is unknown', async () => {
    const { call } = open();
    expect(await call('fault/half')).toMatchObject({ kind: 'unknown' });
  });

  it('that dies at every start is not respawned in a storm', async () => {
    const { source } = open({
      servers: [fault('exit')],
      restart: { baseDelayMs: 60_000, maxDelayMs: 60_000 },
    });
    const reasons: string[] = [];
    for (let turn = 0; turn < 20; turn += 1) {
      reasons.push((await source.list()).unavailable[0]?.reason ?? '');
    }
    expect(linesOf('starts')).toHaveLength(2);
    expect(reasons[0]).toBe('the process exited with code 7: the configuration is missing');
    expect(reasons.at(-1)).toMatch(/failed 2 times, next attempt in \d+ ms/);
  });

  it('that starts well and dies while listing backs off as well', async () => {
    const { source } = open({
      servers: [fault('exit-on-list')],
      restart: { baseDelayMs: 60_000, maxDelayMs: 60_000 },
    });
    for (let turn = 0; turn < 10; turn += 1) await source.list();
    expect(linesOf('starts')).toHaveLength(2);
  });

  it('that never answers is named as unavailable within the deadline, and the others are listed', async () => {
    const { source } = open({ servers: [fault('silent', 'mute'), fault()], startTimeoutMs: 300 });
    const listing = await source.list();
    expect(listing.unavailable).toEqual([{ server: 'mute', reason: 'did not start within 300 ms' }]);
    expect(listing.tools.map((tool) => tool.server)).toContain('fault');
  });

  it('that never answers does not hold a list() longer than its own time limit', async () => {
    const { source } = open({ servers: [fault('silent', 'mute'), fault()] });
    const listing = await source.list({ timeoutMs: 1500 });
    expect(listing.unavailable).toEqual([{ server: 'mute', reason: 'no answer within 1500 ms' }]);
  });

  it('that hangs in a call: time-out gives an unknown outcome and the cancellation reaches the server', async () => {
    const { call } = open();
    expect(await call('fault/hang', {}, { timeoutMs: 100 })).toMatchObject({
      kind: 'unknown',
      message: expect.stringContaining('no answer within 100 ms'),
    });
    await until('the cancellation', () => linesOf('cancelled').length === 1);
    expect(await call('fault/echo')).toMatchObject({ kind: 'succeeded' });
    expect(linesOf('starts')).toHaveLength(1);
  });

  it('that hangs for good is replaced once it does not answer a ping either', async () => {
    const { call } = open({ servers: [fault('wedged')] });
    await call('fault/hang', {}, { timeoutMs: 50 });
    expect(await call('fault/echo')).toMatchObject({ kind: 'succeeded' });
    expect(linesOf('starts')).toHaveLength(2);
  });

  it('is told when the caller cancels; a call cancelled before it was sent is not sent', async () => {
    const { call } = open();
    await call('fault/echo');
    const controller = new AbortController();
    const pending = call('fault/hang', {}, { signal: controller.signal });
    await until('the call', () => linesOf('calls').includes('hang'));
    controller.abort();
    expect(await pending).toMatchObject({ kind: 'unknown', message: expect.stringContaining('cancelled') });
    await until('the cancellation', () => linesOf('cancelled').length === 1);
    expect(await call('fault/echo', {}, { signal: controller.signal })).toMatchObject({
      kind: 'not_sent',
      code: 'cancelled',
    });
    expect(linesOf('calls')).toEqual(['echo', 'hang']);
  });

  it('that answers with 11 MiB is understood', async () => {
    const { call } = open();
    const outcome = await call('fault/huge', { bytes: 11 * 1024 * 1024 });
    expect(outcome.kind).toBe('succeeded');
  });

  it('that answers above the limit costs that call only: the other calls and the process survive', async () => {
    const { call } = open({ maxMessageBytes: 100_000 });
    await call('fault/echo');
    const [huge, echo] = await Promise.all([
      call('fault/huge', { bytes: 300_000 }),
      call('fault/echo', { a: 1 }),
    ]);
    expect(huge).toMatchObject({
      kind: 'unknown',
      message: expect.stringMatching(/^the answer has 300\d{3} bytes, more than the limit of 100000$/),
    });
    expect(echo.kind).toBe('succeeded');
    expect(linesOf('starts')).toHaveLength(1);
  });

  it('that prints noise to stdout is tolerated', async () => {
    const { call } = open();
    expect(await call('fault/noise')).toMatchObject({ content: [{ type: 'text', text: 'after the noise' }] });
  });

  it('that ignores end of input and SIGTERM is dead after close()', async () => {
    const { call, close } = open({ servers: [fault('stubborn')] });
    await call('fault/echo');
    await close();
    expect(isAlive(lastPid())).toBe(false);
  });

  it('that started children of its own: they are dead after close() too', async () => {
    const { call, close } = open();
    const outcome = await call('fault/grandchild');
    const grandchild = Number(JSON.parse(JSON.stringify(outcome)).content[0].text);
    expect(isAlive(grandchild)).toBe(true);
    await close();
    await until('the end of the grandchild', () => !isAlive(grandchild));
  });

  it('that died: children that it left behind are ended', async () => {
    const { call } = open();
    const outcome = await call('fault/grandchild');
    const grandchild = Number(JSON.parse(JSON.stringify(outcome)).content[0].text);
    await call('fault/die');
    await until('the end of the grandchild', () => !isAlive(grandchild));
  });

  it('dies with us, and its children too, when we are killed with SIGKILL', async () => {
    const owner = spawn(
      process.execPath,
      [join(import.meta.dirname, 'fixtures/own-stubborn-server.ts'), serverPath, stateDir],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    const [grandchild] = await new Promise<string[]>((resolve, reject) => {
      createInterface({ input: owner.stdout }).once('line', (line) => resolve(line.split(' ')));
      owner.once('exit', () => reject(new Error('the owner ended early')));
    });
    const pids = [lastPid(), Number(grandchild)];
    expect(pids.map(isAlive)).toEqual([true, true]);
    owner.kill('SIGKILL');
    await until('the end of the server', () => !pids.some(isAlive));
  });

  it('gets a handful of harmless variables, not our environment, and what its entry names', async () => {
    process.env.AWS_SECRET_ACCESS_KEY = 'must-not-leak';
    cleanUps.push(() => delete process.env.AWS_SECRET_ACCESS_KEY);
    const { call } = open({ servers: [{ ...fault(), env: { JIRA_BASE_URL: 'http://127.0.0.1' } }] });
    const outcome = await call('fault/get-env');
    const names: string[] = JSON.parse(JSON.parse(JSON.stringify(outcome)).content[0].text);
    expect(names).toContain('JIRA_BASE_URL');
    expect(names).not.toContain('AWS_SECRET_ACCESS_KEY');
  });

  it('that speaks a newer protocol is named with both versions', async () => {
    const { source } = open({ servers: [fault('future')] });
    expect((await source.list()).unavailable[0]?.reason).toBe(
      'speaks protocol version 2026-07-28, which is not supported here (newest supported: 2025-11-25)',
    );
  });

  it('whose schema holds a regular expression that never ends can not keep us busy', async () => {
    const properties = { a: { type: 'string', pattern: '^(a+)+$' } };
    writeFileSync(
      join(stateDir, 'tools.json'),
      JSON.stringify([{ name: 'trap', inputSchema: { type: 'object', properties } }]),
    );
    const { call } = open();
    expect(await call('fault/trap', { a: `${'a'.repeat(60)}!` })).toMatchObject({ kind: 'succeeded' });
  });

  it('that is not trusted does not get to show previews, and its companion is a tool like any other', async () => {
    const inputSchema = { type: 'object' };
    writeFileSync(
      join(stateDir, 'tools.json'),
      JSON.stringify([
        { name: 'add', inputSchema, _meta: { 'hitl-mcp/preview': 'look' } },
        { name: 'look', inputSchema, annotations: { readOnlyHint: true } },
      ]),
    );
    const { source } = open();
    const { tools } = await source.list();
    expect(tools.map((tool) => [tool.tool, tool.preview_tool])).toEqual([
      ['add', undefined],
      ['look', undefined],
    ]);
  });

  it('that hangs for good is probed once for many waiting calls', async () => {
    const { call } = open({ servers: [fault('wedged')] });
    await call('fault/hang', {}, { timeoutMs: 50 });
    const outcomes = await Promise.all([call('fault/echo'), call('fault/echo'), call('fault/echo')]);
    expect(outcomes.map((outcome) => outcome.kind)).toEqual(['succeeded', 'succeeded', 'succeeded']);
    expect(linesOf('starts')).toHaveLength(2);
  });

  it('that does not exist is named', async () => {
    const { source } = open({ servers: [{ ...fault(), path: join(stateDir, 'none.js') }] });
    expect((await source.list()).unavailable[0]?.reason).toContain('the file does not exist');
  });

  it('lists on several pages: all are read, and the outputs of every page are checked', async () => {
    const { source, call } = open({ servers: [fault('paged')] });
    expect((await source.list()).tools.map((tool) => tool.tool)).toEqual(['p0', 'p1', 'p2']);
    for (const name of ['p0', 'p1', 'p2']) {
      expect(JSON.stringify(await call(`fault/${name}`))).toContain(
        'does not match its output schema: n must be number',
      );
    }
  });

  it('that lists in a circle is unavailable, not endless', async () => {
    const { source } = open({ servers: [fault('circle')] });
    expect((await source.list()).unavailable[0]?.reason).toContain('in a circle');
  });

  it('answers with errors of its own: failed, not unknown, also with the code that the SDK uses for closed connections', async () => {
    const { call } = open();
    expect(await call('fault/rpc-error')).toMatchObject({ kind: 'failed', code: 'protocol_error' });
    expect(await call('fault/is-error')).toMatchObject({
      kind: 'failed',
      code: 'tool_error',
      message: 'no such user',
    });
    expect(await call('fault/odd-result')).toMatchObject({ kind: 'unknown' });
  });

  it('is handed the idempotency key', async () => {
    const { call } = open();
    await call('fault/echo', {}, { key: 'run-1/call-2' });
    expect(linesOf('keys')).toEqual(['run-1/call-2']);
  });

  it('changes its file: the definition that was accepted is no longer the one that runs', async () => {
    const path = join(stateDir, 'server.mjs');
    writeFileSync(path, readFileSync(serverPath));
    const { call } = open({ servers: [{ ...fault(), path }] });
    await call('fault/echo');
    writeFileSync(path, `${readFileSync(serverPath, 'utf8')}\n// changed`);
    await call('fault/die');
    expect(await call('fault/echo')).toMatchObject({ kind: 'not_sent', code: 'tool_definition_changed' });
    expect(linesOf('calls')).toEqual(['echo', 'die']);
  });

  it('closing answers waiting calls as unknown and starts nothing any more', async () => {
    const { source, call, close } = open();
    await call('fault/echo');
    const pending = call('fault/hang');
    await until('the call', () => linesOf('calls').includes('hang'));
    await close();
    expect(await pending).toMatchObject({ kind: 'unknown' });
    expect(await call('fault/echo')).toMatchObject({ kind: 'not_sent', code: 'closed' });
    expect((await source.list()).unavailable).toEqual([{ server: 'fault', reason: 'closed' }]);
    expect(linesOf('starts')).toHaveLength(1);
  });
});
