import { type DynamoDBDocumentClient, PutCommand, ScanCommand, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import {
  type ApprovalSummary,
  IntegrityError,
  InvalidInputError,
  sha256Hex,
  UnavailableError,
} from '@hitl/core';
import { createFakeClock } from '@hitl/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type RunningDynalite, startDynalite } from '../../test/start-dynalite.ts';
import { createDynamoStores } from './create-dynamo-stores.ts';
import type { TableNames } from './tables.ts';

let dynalite: RunningDynalite;
let client: DynamoDBDocumentClient;
let tableNames: TableNames;

beforeAll(async () => {
  dynalite = await startDynalite();
  client = dynalite.connect();
  tableNames = await dynalite.createTables(client);
});

afterAll(async () => {
  client.destroy();
  await dynalite.close();
});

function approval(id: string, change: Partial<ApprovalSummary> = {}): ApprovalSummary {
  return {
    approval_id: id,
    run_id: 'run_1',
    requester_id: 'ada',
    status: 'pending',
    tools: ['google/create_user'],
    query: 'q',
    digest: 'd',
    requested_at: '2026-11-23T09:00:00.000Z',
    expires_at: '2026-11-23T10:00:00.000Z',
    next_due_at: '2026-11-23T09:30:00.000Z',
    sequence: 1,
    ...change,
  };
}

/** Calls of the SDK, changed or watched on their way; each test has a client of its own for it. */
function intercept(
  onCall: (command: string, input: Record<string, unknown>, run: () => Promise<unknown>) => Promise<unknown>,
): DynamoDBDocumentClient {
  const intercepted = dynalite.connect();
  intercepted.middlewareStack.add(
    (next, context) => async (args) => {
      const run = (): Promise<unknown> => next(args);
      const result = await onCall(String(context.commandName), args.input as Record<string, unknown>, run);
      return result as Awaited<ReturnType<typeof next>>;
    },
    { step: 'initialize', name: 'intercept' },
  );
  return intercepted;
}

describe('lists', () => {
  it('never show as pending or due what the table knows as decided, whatever the index says', async () => {
    const { approvals } = createDynamoStores({ client, tableNames });
    await approvals.put(approval('apr_stale'));
    const rowsThen = new Map<unknown, unknown>();
    const lagging = intercept(async (command, input, run) => {
      const result = (await run()) as { output: { Items?: unknown[] } };
      if (command !== 'QueryCommand') return result;
      if (!rowsThen.has(input.IndexName)) rowsThen.set(input.IndexName, result.output.Items);
      return { ...result, output: { ...result.output, Items: rowsThen.get(input.IndexName) } };
    });
    const reader = createDynamoStores({ client: lagging, tableNames }).approvals;
    expect((await reader.list({ status: 'pending', limit: 5 })).items).toHaveLength(1);
    expect(await reader.listDue('2026-11-23T12:00:00.000Z', 5)).toHaveLength(1);
    await approvals.put(approval('apr_stale', { status: 'approved', sequence: 2 }));
    expect((await reader.list({ status: 'pending', limit: 5 })).items).toEqual([]);
    expect(await reader.listDue('2026-11-23T12:00:00.000Z', 5)).toEqual([]);
    lagging.destroy();
  });

  it('read the first page of thousands with two requests, and no scan', async () => {
    const fresh = await dynalite.createTables(client);
    const writer = createDynamoStores({ client, tableNames: fresh }).approvals;
    for (let start = 0; start < 1000; start += 100)
      await Promise.all(Array.from({ length: 100 }, (_, i) => writer.put(approval(`apr_${start + i}`))));
    const commands: string[] = [];
    const watched = intercept((command, _input, run) => {
      commands.push(command);
      return run();
    });
    const { approvals } = createDynamoStores({ client: watched, tableNames: fresh });
    expect((await approvals.list({ status: 'pending', limit: 20 })).items).toHaveLength(20);
    expect(commands).toEqual(['QueryCommand', 'BatchGetItemCommand']);
    watched.destroy();
  });

  it('refuse to read an item that does not fit its schema', async () => {
    const fresh = await dynalite.createTables(client);
    const { approvals, runs } = createDynamoStores({ client, tableNames: fresh });
    await approvals.put(approval('apr_1'));
    await client.send(
      new UpdateCommand({
        TableName: fresh.approvals,
        Key: { pk: 'approval#apr_1' },
        UpdateExpression: 'SET body = :body',
        ExpressionAttributeValues: { ':body': '{"approval_id":"apr_1","status":"granted"}' },
      }),
    );
    await expect(approvals.get('apr_1')).rejects.toBeInstanceOf(IntegrityError);
    await expect(approvals.list({ status: 'pending', limit: 5 })).rejects.toBeInstanceOf(IntegrityError);
    await client.send(new PutCommand({ TableName: fresh.runs, Item: { pk: 'run#run_1', sequence: 1 } }));
    await expect(runs.get('run_1')).rejects.toBeInstanceOf(IntegrityError);
  });

  it('refuse a summary that is too large and a name that is too long, and store nothing', async () => {
    const { approvals } = createDynamoStores({ client, tableNames });
    await expect(approvals.put(approval('apr_big', { query: 'x'.repeat(410_000) }))).rejects.toBeInstanceOf(
      InvalidInputError,
    );
    expect(await approvals.get('apr_big')).toBeUndefined();
    await expect(approvals.get('a'.repeat(2000))).rejects.toBeInstanceOf(InvalidInputError);
  });
});

describe('batches', () => {
  it('go again with what the store was too busy for', async () => {
    let refusals = 0;
    const busy = intercept(async (command, input, run) => {
      const requests = (input.RequestItems ?? {}) as Record<string, unknown>;
      const [table = ''] = Object.keys(requests);
      if (command === 'BatchWriteItemCommand' && refusals < 2) {
        refusals += 1;
        return { output: { UnprocessedItems: { [table]: requests[table] } } };
      }
      if (command === 'BatchGetItemCommand' && refusals < 4) {
        refusals += 1;
        return { output: { Responses: {}, UnprocessedKeys: { [table]: requests[table] } } };
      }
      return run();
    });
    const { blobs, approvals } = createDynamoStores({ client: busy, tableNames });
    const text = 'chunked '.repeat(200_000);
    const { sha256 } = await blobs.put(text);
    expect((await blobs.get(sha256)) === text).toBe(true);
    await approvals.put(approval('apr_busy', { status: 'expired' }));
    expect((await approvals.list({ status: 'expired', limit: 5 })).items).toHaveLength(1);
    expect(refusals).toBe(4);
    busy.destroy();
  });

  it('give up with one clear error, and a half-written blob is not there', async () => {
    const busy = intercept(async (command, input, run) =>
      command === 'BatchWriteItemCommand' ? { output: { UnprocessedItems: input.RequestItems } } : run(),
    );
    const stores = createDynamoStores({ client: busy, tableNames });
    const text = 'never whole '.repeat(100_000);
    await expect(stores.blobs.put(text)).rejects.toBeInstanceOf(UnavailableError);
    const { blobs } = createDynamoStores({ client, tableNames });
    await expect(blobs.get(sha256Hex(text))).rejects.toMatchObject({ code: 'not_found' });
    busy.destroy();
  });
});

describe('blobs', () => {
  it.each<[string, string, Record<string, unknown>]>([
    ['a chunk was swapped', 'SET body = :value', { ':value': Buffer.from('other') }],
    ['a chunk is not what it says', 'SET encoding = :value', { ':value': 'plain' }],
    ['a chunk bears an unknown encoding', 'SET encoding = :value', { ':value': 'rot13' }],
  ])('are refused when %s', async (what, expression, values) => {
    const { blobs } = createDynamoStores({ client, tableNames });
    const { sha256 } = await blobs.put(`${what} `.repeat(50_000));
    await client.send(
      new UpdateCommand({
        TableName: tableNames.blobs,
        Key: { sha256, chunk: 1 },
        UpdateExpression: expression,
        ExpressionAttributeValues: values,
      }),
    );
    await expect(blobs.get(sha256)).rejects.toBeInstanceOf(IntegrityError);
  });
});

describe('what expires', () => {
  it('bears the table’s TTL attribute in seconds, for DynamoDB to delete', async () => {
    const fresh = await dynalite.createTables(client);
    const clock = createFakeClock('2026-11-23T09:00:00.000Z');
    const stores = createDynamoStores({ client, tableNames: fresh, clock });
    await stores.runs.claimIdempotencyKey('k', 'run_1', 'f', clock.now() + 1500);
    await stores.memory.append(
      { principal_id: 'ada', session_id: 's' },
      't',
      { role: 'user', text: '', at: '2026-11-23T09:00:00.000Z' },
      clock.now() + 1500,
    );
    for (const table of [fresh.runs, fresh.slack_sessions]) {
      const { Items } = await client.send(new ScanCommand({ TableName: table }));
      expect(Items?.map((item) => item.expires_at_seconds)).toEqual([clock.now() / 1000 + 2]);
    }
  });
});
