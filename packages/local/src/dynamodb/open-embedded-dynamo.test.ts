import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { createDynamoStores } from '@hitl/aws';
import { auditEntryHash, genesisHash, InvalidInputError } from '@hitl/core';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { DataDirInUseError } from '../data-dir/data-dir-in-use-error.ts';
import { readStackInfo } from '../data-dir/stack-info.ts';
import { closeLevelIterators, levelOfDynalite } from './close-level-iterators.ts';
import { type EmbeddedDynamo, openEmbeddedDynamo } from './open-embedded-dynamo.ts';

let dataDir: string;
const closers: (() => Promise<unknown>)[] = [];

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'hitl-dynamo-'));
});
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
  await rm(dataDir, { recursive: true, force: true });
});

async function open(): Promise<EmbeddedDynamo> {
  const dynamo = await openEmbeddedDynamo({ dataDir });
  closers.push(() => dynamo.close().catch(() => undefined));
  return dynamo;
}

function startWriter(): ChildProcessByStdio<null, Readable, null> {
  const script = join(import.meta.dirname, '../../test/write-until-killed.ts');
  const child = spawn(process.execPath, [script, dataDir], { stdio: ['ignore', 'pipe', 'inherit'] });
  closers.push(async () => child.kill('SIGKILL'));
  return child;
}

/** Kills the writer the moment it has acknowledged so many writes; returns the last one it acknowledged. */
async function killAfter(child: ChildProcessByStdio<null, Readable, null>, count: number): Promise<number> {
  const exit = once(child, 'exit');
  let last = 0;
  let seen = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    last = Number(line);
    seen += 1;
    if (seen === count) child.kill('SIGKILL');
  }
  await exit;
  return last;
}

describe('the embedded DynamoDB', () => {
  it('keeps what was written over a clean stop, with no file for others to read', async () => {
    const first = await open();
    const entry = {
      stream: 'run:1',
      sequence: 1,
      at: '2026-01-01T00:00:00.000Z',
      actor: 'a',
      type: 't',
      data: {},
    };
    const draft = { ...entry, previous_hash: genesisHash };
    const sealed = { ...draft, hash: auditEntryHash(draft) };
    await createDynamoStores(first).auditLog.append(sealed);
    await first.close();
    const second = await open();
    expect(await createDynamoStores(second).auditLog.read('run:1')).toEqual([sealed]);
    for (const folder of ['dynamodb', 'lock'])
      expect((await stat(join(dataDir, folder))).mode & 0o077).toBe(0);
  });

  it('loses no acknowledged write when the process is killed, again and again', async () => {
    let acknowledged = 0;
    for (let round = 0; round < 3; round += 1) acknowledged = await killAfter(startWriter(), 40);
    expect(acknowledged).toBeGreaterThanOrEqual(120);

    const dynamo = await open();
    const { auditLog, runs } = createDynamoStores(dynamo);
    const entries = await auditLog.read('run:killed');
    expect(entries.length).toBeGreaterThanOrEqual(acknowledged);
    let previous = genesisHash;
    for (const [index, entry] of entries.entries()) {
      expect(entry.sequence).toBe(index + 1);
      expect(entry.previous_hash).toBe(previous);
      expect(auditEntryHash(entry)).toBe(entry.hash);
      previous = entry.hash;
    }
    expect((await runs.get('killed'))?.sequence).toBeGreaterThanOrEqual(acknowledged);
    const listed = await runs.list({ status: 'running', limit: 10 });
    expect(listed.items.map((item) => item.run_id)).toEqual(['killed']);
  });

  it('refuses a second stack on the folder and names the process that has it', async () => {
    const child = startWriter();
    await once(createInterface({ input: child.stdout }), 'line');
    const refused: unknown = await openEmbeddedDynamo({ dataDir }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(DataDirInUseError);
    expect((refused as Error).message).toContain(`process ${child.pid}`);
    expect((refused as Error).message).toContain(dataDir);
    expect(await readStackInfo(dataDir)).toMatchObject({ pid: child.pid });

    const exit = once(child, 'exit');
    child.kill('SIGKILL');
    await exit;
    // Nothing to clean up: the lock died with its process, although the file that names it is still there.
    await open();
    expect(await readStackInfo(dataDir)).toMatchObject({ pid: process.pid });
  });

  it('refuses a second stack within one process too, and gives the folder back when it is closed', async () => {
    const first = await open();
    await expect(openEmbeddedDynamo({ dataDir })).rejects.toThrow(DataDirInUseError);
    await first.close();
    expect(await readStackInfo(dataDir)).toBeUndefined();
    await open();
  });

  it('survives a client that goes away in the middle of its request', async () => {
    const dynamo = await open();
    const { port } = new URL(dynamo.endpoint);
    const request =
      'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\nContent-Type: application/x-amz-json-1.0\r\n\r\n{"a"';
    for (let i = 0; i < 5; i += 1) {
      const socket = connect(Number(port), '127.0.0.1');
      await once(socket, 'connect');
      socket.write(request);
      socket.resetAndDestroy();
    }
    expect(await createDynamoStores(dynamo).runs.get('nobody')).toBeUndefined();
  });

  it('says in one line that DATA_DIR is not a folder', async () => {
    const file = join(dataDir, 'file');
    await writeFile(file, 'x');
    const refused: unknown = await openEmbeddedDynamo({ dataDir: file }).catch((error: unknown) => error);
    expect(refused).toBeInstanceOf(InvalidInputError);
    expect((refused as Error).message).toMatch(/^DATA_DIR .*file can't be used: /);
    expect(await readFile(file, 'utf8')).toBe('x');
  });

  it('holds on to nothing that a list was read from, so that memory and files do not grow with every request', async () => {
    const Level = levelOfDynalite();
    closeLevelIterators(Level);
    const { values } = Level.prototype;
    const opened: { next(): Promise<unknown> }[] = [];
    Level.prototype.values = function (options) {
      const iterator = values.call(this, options);
      opened.push(iterator as never);
      return iterator;
    };
    closers.push(async () => {
      Level.prototype.values = values;
    });
    const { client, tableNames } = await open();
    const { runs, auditLog } = createDynamoStores({ client, tableNames });
    for (let index = 0; index < 30; index += 1) {
      await runs.put({
        run_id: `run-${index}`,
        session_id: 'ses',
        user_id: 'alice',
        status: 'running',
        query: 'look',
        created_at: '2026-01-01T00:00:00.000Z',
        updated_at: '2026-01-01T00:00:00.000Z',
        sequence: 1,
      });
    }
    expect((await runs.list({ limit: 3 })).items).toHaveLength(3);
    expect((await runs.list({ limit: 100 })).items).toHaveLength(30);
    expect(await auditLog.read('run:none')).toEqual([]);
    expect(opened.length).toBeGreaterThanOrEqual(3);
    for (const iterator of opened)
      await expect(iterator.next()).rejects.toMatchObject({ code: 'LEVEL_ITERATOR_NOT_OPEN' });
  });
});
