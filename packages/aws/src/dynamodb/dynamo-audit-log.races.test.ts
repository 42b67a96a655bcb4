import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from '@jest/globals';
import { startDynalite } from '../../test/start-dynalite.ts';
import { createDynamoAuditLog } from './dynamo-audit-log.ts';

const worker = fileURLToPath(new URL('../../test/append-worker.ts', import.meta.url));
const closers: (() => Promise<void> | void)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

interface Writer {
  readonly process: ChildProcess;
  readonly lines: AsyncIterator<string>;
}

async function startWriter(...args: string[]): Promise<Writer> {
  const child = spawn(process.execPath, [worker, ...args], { stdio: ['pipe', 'pipe', 'inherit'] });
  closers.push(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  await lines.next();
  return { process: child, lines };
}

describe('appending from several processes', () => {
  it('grows one chain: every sequence has one winner, nothing is lost, nothing stands twice', async () => {
    const dynalite = await startDynalite();
    closers.push(() => dynalite.close());
    const client = dynalite.connect();
    closers.push(() => client.destroy());
    const { audit } = await dynalite.createTables(client);
    const actors = ['writer-a', 'writer-b', 'writer-c'];
    const writers = await Promise.all(
      actors.map((actor) => startWriter(dynalite.endpoint, audit, 'run:race', actor, '15')),
    );
    for (const writer of writers) writer.process.stdin?.write('go\n');
    const won = await Promise.all(
      writers.map(async (writer) => JSON.parse((await writer.lines.next()).value) as number[]),
    );

    const entries = await createDynamoAuditLog({ client, tableName: audit }).read('run:race');
    expect(entries.map((entry) => entry.sequence)).toEqual(Array.from({ length: 45 }, (_, i) => i + 1));
    for (const [i, entry] of entries.slice(1).entries()) expect(entry.previous_hash).toBe(entries[i]?.hash);
    for (const [i, actor] of actors.entries())
      expect(entries.filter((entry) => entry.actor === actor).map((entry) => entry.sequence)).toEqual(won[i]);
  });
});
