import { randomUUID } from 'node:crypto';
import {
  DeleteCommand,
  type DynamoDBDocumentClient,
  PutCommand,
  ScanCommand,
  UpdateCommand,
} from '@aws-sdk/lib-dynamodb';
import {
  type AuditEntry,
  type AuditLog,
  IntegrityError,
  InvalidInputError,
  SequenceConflictError,
  UnavailableError,
} from '@hitl/core';
import { chainEntry } from '@hitl/testing';
import { collect } from '@hitl/testing/contracts';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { connectTo, type RunningDynalite, startDynalite } from '../../test/start-dynalite.ts';
import { type Fault, type FaultyProxy, startFaultyProxy } from '../../test/start-faulty-proxy.ts';
import { createDynamoAuditLog } from './dynamo-audit-log.ts';

let dynalite: RunningDynalite;
let proxy: FaultyProxy;
/** Straight to the table. */
let client: DynamoDBDocumentClient;
/** Through the proxy, with the SDK's retries. */
let retrying: DynamoDBDocumentClient;
/** Through the proxy, one attempt only. */
let single: DynamoDBDocumentClient;
let tableName: string;
let truth: AuditLog;

beforeAll(async () => {
  dynalite = await startDynalite();
  proxy = await startFaultyProxy(dynalite.endpoint);
  client = dynalite.connect();
  retrying = connectTo(proxy.endpoint, { maxAttempts: 4 });
  single = connectTo(proxy.endpoint, { maxAttempts: 1 });
  tableName = (await dynalite.createTables(client)).audit;
  truth = createDynamoAuditLog({ client, tableName });
});

afterEach(() => proxy.inject([]));

afterAll(async () => {
  for (const each of [client, retrying, single]) each.destroy();
  await proxy.close();
  await dynalite.close();
});

const newStream = (): string => `run:${randomUUID()}`;
const errorOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => undefined,
    (error: unknown) => error,
  );

describe('appending when the store fails', () => {
  it.each<[string, Fault[]]>([
    ['the answer is lost', ['lose_answer']],
    ['the request is lost', ['lose_request']],
    ['the store throttles twice', ['throttle', 'throttle']],
    ['the store reports an error although it stored the entry', ['error_after']],
    ['all of it happens in turn', ['throttle', 'lose_request', 'error_after']],
  ])('stores the entry once when %s and the SDK tries again', async (_what, faults) => {
    const log = createDynamoAuditLog({ client: retrying, tableName });
    const entry = chainEntry(newStream(), undefined);
    proxy.inject(faults, 'PutItem');
    await log.append(entry);
    expect(await truth.read(entry.stream)).toEqual([entry]);
  });

  it('finds out that the entry is stored when nobody tries again', async () => {
    const log = createDynamoAuditLog({ client: single, tableName });
    const entry = chainEntry(newStream(), undefined);
    proxy.inject(['lose_answer'], 'PutItem');
    await log.append(entry);
    expect(await truth.read(entry.stream)).toEqual([entry]);
  });

  it('tells the loser of a race even when the refusal itself is lost', async () => {
    const log = createDynamoAuditLog({ client: single, tableName });
    const stream = newStream();
    const winner = chainEntry(stream, undefined, { actor: 'winner' });
    await truth.append(winner);
    proxy.inject(['lose_answer'], 'PutItem');
    await expect(log.append(chainEntry(stream, undefined, { actor: 'loser' }))).rejects.toBeInstanceOf(
      SequenceConflictError,
    );
    expect(await truth.read(stream)).toEqual([winner]);
  });

  it('says unavailable, in its own words, when nothing was stored', async () => {
    const log = createDynamoAuditLog({ client: single, tableName });
    const entry = chainEntry(newStream(), undefined);
    proxy.inject(['throttle'], 'PutItem');
    const error = await errorOf(log.append(entry));
    expect(error).toBeInstanceOf(UnavailableError);
    expect(error).toMatchObject({ isRetryable: true, code: 'unavailable' });
    expect((error as Error).message).toBe(
      `appending to ${entry.stream} is not possible now (ProvisionedThroughputExceededException)`,
    );
    expect(((error as Error).cause as Error).message).toContain('words of the store');
    expect(await truth.read(entry.stream)).toEqual([]);
    await log.append(entry);
    expect(await truth.read(entry.stream)).toEqual([entry]);
  });

  it.each([
    ['read', (log: AuditLog) => log.read('run:1')],
    ['head', (log: AuditLog) => log.head('run:1')],
    ['readAll', (log: AuditLog) => collect(log.readAll())],
    [
      'readInterval',
      (log: AuditLog) => collect(log.readInterval('2026-11-23T00:00:00Z', '2026-11-24T00:00:00Z')),
    ],
  ])('says unavailable when %s gets no answer', async (_name, read) => {
    proxy.inject(['lose_request']);
    expect(await errorOf(read(createDynamoAuditLog({ client: single, tableName })))).toBeInstanceOf(
      UnavailableError,
    );
  });

  it('keeps every acknowledged entry exactly once under any faults and any number of writers', async () => {
    const fault = fc.constantFrom<Fault>(
      'none',
      'none',
      'lose_request',
      'lose_answer',
      'throttle',
      'error_after',
    );
    await fc.assert(
      fc.asyncProperty(
        fc.array(fault, { maxLength: 12 }),
        fc.integer({ min: 1, max: 3 }),
        async (faults, writers) => {
          const stream = newStream();
          const log = createDynamoAuditLog({ client: single, tableName });
          const acknowledged: AuditEntry[] = [];
          proxy.inject(faults);
          const write = async (actor: string): Promise<void> => {
            for (let attempt = 0; attempt < 4; attempt += 1) {
              try {
                const entry = chainEntry(stream, await log.head(stream), { actor, data: { attempt } });
                await log.append(entry);
                acknowledged.push(entry);
              } catch (error) {
                if (!(error instanceof SequenceConflictError || error instanceof UnavailableError))
                  throw error;
              }
            }
          };
          await Promise.all(Array.from({ length: writers }, (_, i) => write(`writer-${i}`)));
          const stored = await truth.read(stream);
          expect(stored.map((entry) => entry.sequence)).toEqual(stored.map((_, i) => i + 1));
          for (const entry of acknowledged)
            expect(stored.filter((each) => each.hash === entry.hash)).toHaveLength(1);
        },
      ),
      { numRuns: 40 },
    );
  });
});

describe('what does not belong into the table', () => {
  it('refuses an entry that is too large before anything is sent', async () => {
    const log = createDynamoAuditLog({ client: retrying, tableName });
    const sent = proxy.operations.length;
    const entry = chainEntry(newStream(), undefined, { data: { text: 'ä'.repeat(205_000) } });
    const error = await errorOf(log.append(entry));
    expect(error).toBeInstanceOf(InvalidInputError);
    expect((error as Error).message).toMatch(/4\d{5} bytes are too many for one item .* belong in blobs/);
    expect(proxy.operations.length).toBe(sent);
  });

  it.each<[string, (entry: AuditEntry) => Promise<unknown>]>([
    ['lost a member', (entry) => change(entry, 'REMOVE previous_hash')],
    ['has a hash that is none', (entry) => change(entry, 'SET #hash = :value', { '#hash': 'hash' }, 'zz')],
    ['holds broken JSON', (entry) => change(entry, 'SET #data = :value', { '#data': 'data' }, '{"a":')],
    [
      'holds data that is no object',
      (entry) => change(entry, 'SET #data = :value', { '#data': 'data' }, '[]'),
    ],
    ['bears a member that nobody knows', (entry) => change(entry, 'SET extra = :value', {}, 'x')],
  ])('refuses to read an entry that %s', async (_what, tamper) => {
    const entry = chainEntry(newStream(), undefined);
    await truth.append(entry);
    await tamper(entry);
    for (const read of [truth.read(entry.stream), truth.head(entry.stream), collect(truth.readAll())])
      await expect(read).rejects.toBeInstanceOf(IntegrityError);
    await client.send(
      new DeleteCommand({ TableName: tableName, Key: { stream: entry.stream, sequence: entry.sequence } }),
    );
  });

  function change(
    entry: AuditEntry,
    expression: string,
    names: Record<string, string> = {},
    value?: string,
  ): Promise<unknown> {
    return client.send(
      new UpdateCommand({
        TableName: tableName,
        Key: { stream: entry.stream, sequence: entry.sequence },
        UpdateExpression: expression,
        ...(Object.keys(names).length === 0 ? {} : { ExpressionAttributeNames: names }),
        ...(value === undefined ? {} : { ExpressionAttributeValues: { ':value': value } }),
      }),
    );
  }
});

describe('reading intervals', () => {
  it('gives every entry in exactly one of any row of adjoining intervals', async () => {
    const { audit } = await dynalite.createTables(client);
    const log = createDynamoAuditLog({ client, tableName: audit });
    const start = Date.parse('2026-11-20T00:00:00Z');
    const written: string[] = [];
    for (let i = 0; i < 60; i += 1) {
      const at = new Date(start + ((i * 7_919_017) % (5 * 86_400_000))).toISOString();
      const entry = chainEntry(`run:${i}`, undefined, { at });
      await log.append(entry);
      written.push(entry.hash);
    }
    const cut = fc.integer({ min: 0, max: 5 * 86_400_000 });
    await fc.assert(
      fc.asyncProperty(fc.array(cut, { maxLength: 3 }), async (cuts) => {
        const edges = [0, ...cuts.sort((a, b) => a - b), 5 * 86_400_000].map((ms) =>
          new Date(start + ms).toISOString(),
        );
        const read: string[] = [];
        for (const [i, from] of edges.slice(0, -1).entries())
          for await (const entry of log.readInterval(from, edges[i + 1] ?? '')) read.push(entry.hash);
        expect(read.sort()).toEqual([...written].sort());
      }),
      { numRuns: 10 },
    );
    const longest = await collect(log.readInterval('1970-01-01T00:00:00Z', '2030-01-01T00:00:00Z'));
    expect(longest.map((entry) => entry.hash).sort()).toEqual([...written].sort());
  });

  it('does not take an index row for an entry', async () => {
    const { audit } = await dynalite.createTables(client);
    const log = createDynamoAuditLog({ client, tableName: audit });
    const entry = chainEntry('run:1', undefined, { at: '2026-11-23T10:00:00.000Z' });
    await log.append(entry);
    // The row that a killed emulator leaves behind: indexed under another time than the entry bears.
    await client.send(
      new PutCommand({
        TableName: audit,
        Item: { ...(await storedItem(audit)), at_ms: Date.parse('2026-11-23T12:00:00.000Z') },
      }),
    );
    expect(await collect(log.readInterval('2026-11-23T11:00:00Z', '2026-11-23T13:00:00Z'))).toEqual([]);
  });

  async function storedItem(table: string): Promise<Record<string, unknown>> {
    const { Items } = await client.send(new ScanCommand({ TableName: table }));
    return Items?.[0] ?? {};
  }

  it('refuses what is no time', async () => {
    await expect(collect(truth.readInterval('yesterday', '2026-11-23T11:00:00Z'))).rejects.toBeInstanceOf(
      InvalidInputError,
    );
  });
});
