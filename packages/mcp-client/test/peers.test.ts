import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from '@jest/globals';
import type { ServerConfig } from '../src/index.ts';
import { openSource } from './fixtures/tool-source.ts';
import { until } from './fixtures/until.ts';

const modules = join(import.meta.dirname, '../node_modules/@modelcontextprotocol');
const everythingPath = join(modules, 'server-everything/dist/index.js');
const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  while (cleanUps.length > 0) await cleanUps.pop()?.();
});

function scratchFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'mcp-peers-')));
  cleanUps.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

function open(servers: ServerConfig[]) {
  const opened = openSource({ servers });
  cleanUps.push(opened.close);
  return opened;
}

const stdio = (alias: string, path: string, more: { args?: string[]; env?: Record<string, string> } = {}) =>
  ({ kind: 'stdio', alias, isTrusted: false, path, ...more }) satisfies ServerConfig;

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  return typeof address === 'object' && address !== null ? address.port : 0;
}

async function startEverythingOverHttp() {
  const port = await freePort();
  const child = spawn(process.execPath, [everythingPath, 'streamableHttp'], {
    env: { ...process.env, PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      output += chunk.toString();
    });
  }
  cleanUps.push(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  await until('server-everything', () => /listening/i.test(output));
  return `http://127.0.0.1:${port}/mcp`;
}

describe('real MCP servers', () => {
  it('server-everything, -filesystem and -memory work side by side over stdio', async () => {
    const folder = scratchFolder();
    writeFileSync(join(folder, 'hello.txt'), 'hello from disk');
    const { source, call } = open([
      stdio('everything', everythingPath),
      stdio('files', join(modules, 'server-filesystem/dist/index.js'), { args: [folder] }),
      stdio('memory', join(modules, 'server-memory/dist/index.js'), {
        env: { MEMORY_FILE_PATH: join(folder, 'memory.jsonl') },
      }),
    ]);
    const listing = await source.list();
    expect(listing.unavailable).toEqual([]);
    expect(listing.dropped).toEqual([
      { server: 'everything', tool: 'simulate-research-query', reason: expect.stringContaining('as a task') },
    ]);
    expect(new Set(listing.tools.map((tool) => tool.server))).toEqual(
      new Set(['everything', 'files', 'memory']),
    );
    expect(listing.tools.every((tool) => /^[a-zA-Z0-9_-]{1,64}$/.test(tool.wire_name))).toBe(true);

    expect(await call('everything/get-sum', { a: 2, b: 3 })).toMatchObject({
      kind: 'succeeded',
      content: [{ type: 'text', text: expect.stringContaining('5') }],
    });
    expect(await call('everything/get-structured-content', { location: 'New York' })).toMatchObject({
      structured: { temperature: expect.any(Number) },
    });
    expect(await call('everything/get-tiny-image')).toMatchObject({
      content: expect.arrayContaining([expect.objectContaining({ type: 'image' })]),
    });
    expect(await call('files/read_text_file', { path: join(folder, 'hello.txt') })).toMatchObject({
      structured: { content: 'hello from disk' },
    });
    expect(await call('files/read_text_file', { path: '/etc/hostname' })).toMatchObject({
      kind: 'failed',
      code: 'tool_error',
      message: expect.stringContaining('Access denied'),
    });
    const entities = [{ name: 'Ada', entityType: 'person', observations: ['writes programs'] }];
    expect(await call('memory/create_entities', { entities })).toMatchObject({ structured: { entities } });
    expect(await call('memory/search_nodes', { query: 'Ada' })).toMatchObject({ structured: { entities } });
  });

  it('server-everything works over Streamable HTTP', async () => {
    const { source, call } = open([
      { kind: 'http', alias: 'everything', isTrusted: false, url: await startEverythingOverHttp() },
    ]);
    expect((await source.list()).tools.length).toBeGreaterThan(10);
    expect(await call('everything/echo', { message: 'over HTTP' })).toMatchObject({
      content: [{ type: 'text', text: 'Echo: over HTTP' }],
    });
    const progress = { duration: 0.2, steps: 2 };
    expect(await call('everything/trigger-long-running-operation', progress)).toMatchObject({
      kind: 'succeeded',
    });
    expect(
      await call('everything/trigger-long-running-operation', { duration: 30, steps: 1 }, { timeoutMs: 200 }),
    ).toMatchObject({ kind: 'unknown' });
  });
});
