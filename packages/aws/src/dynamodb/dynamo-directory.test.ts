import { type DynamoDBDocumentClient, PutCommand } from '@aws-sdk/lib-dynamodb';
import {
  ConflictError,
  type DirectoryDocument,
  directoryDocumentSchema,
  InvalidInputError,
  UnavailableError,
} from '@hitl/core';
import { describeDirectoryContract } from '@hitl/testing/contracts';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type RunningDynalite, startDynalite } from '../../test/start-dynalite.ts';
import { type FaultyProxy, startFaultyProxy } from '../../test/start-faulty-proxy.ts';
import { pushDirectory, readDirectory } from './directory-document-store.ts';
import { createDynamoDirectory } from './dynamo-directory.ts';

let dynalite: RunningDynalite;
let proxy: FaultyProxy;
let client: DynamoDBDocumentClient;
let table: { client: DynamoDBDocumentClient; tableName: string };

beforeAll(async () => {
  dynalite = await startDynalite();
  proxy = await startFaultyProxy(dynalite.endpoint);
  client = dynalite.connect({ endpoint: proxy.endpoint, maxAttempts: 3 });
});
beforeEach(async () => {
  table = { client, tableName: (await dynalite.createTables(client)).directory };
});
afterAll(async () => {
  client.destroy();
  await proxy.close();
  await dynalite.close();
});

const documentOf = (...principals: unknown[]): DirectoryDocument =>
  directoryDocumentSchema.parse({ version: 1, principals });
const bob = { id: 'bob', groups: ['security'], links: ['slack:T1/U1'] };

describeDirectoryContract('createDynamoDirectory', async (entries) => {
  const { directory } = await dynalite.createTables(client);
  const tableName = directory;
  await pushDirectory({ client, tableName }, documentOf(...entries), undefined);
  return { subject: createDynamoDirectory({ client, tableName }) };
});

describe('the directory in its table', () => {
  it('goes by what was pushed last, so that a removed approver has no next vote', async () => {
    const directory = createDynamoDirectory(table);
    expect(await pushDirectory(table, documentOf(bob), undefined)).toBe(1);
    expect(await directory.membersOf('security')).toEqual(['bob']);
    expect(await pushDirectory(table, documentOf({ ...bob, groups: [] }), { version: 1 })).toBe(2);
    expect(await directory.membersOf('security')).toEqual([]);
    expect((await directory.findByLink('slack:T1/U1'))?.id).toBe('bob');
    expect(await readDirectory(table)).toMatchObject({
      version: 2,
      document: { principals: [{ id: 'bob' }] },
    });
  });

  it('knows nobody and says what to do while nothing or something else is there', async () => {
    const directory = createDynamoDirectory(table);
    expect(await readDirectory(table)).toBeUndefined();
    await expect(directory.find('bob')).rejects.toThrow(/hitl-mcp directory push/);
    await pushDirectory(table, documentOf(bob), undefined);
    expect((await directory.find('bob'))?.id).toBe('bob');
    for (const document of ['{', '{"version":1}', JSON.stringify({ version: 2, principals: [] })]) {
      const Item = { pk: 'directory', version: 7, document };
      await client.send(new PutCommand({ TableName: table.tableName, Item }));
      await expect(directory.membersOf('security')).rejects.toBeInstanceOf(UnavailableError);
    }
  });

  it('is never overwritten by somebody who has not seen what is there', async () => {
    await pushDirectory(table, documentOf(bob), undefined);
    await expect(pushDirectory(table, documentOf(), undefined)).rejects.toBeInstanceOf(ConflictError);
    await expect(pushDirectory(table, documentOf(), { version: 2 })).rejects.toBeInstanceOf(ConflictError);
    const racing = await Promise.allSettled(
      Array.from({ length: 5 }, (_, i) => pushDirectory(table, documentOf({ id: `p${i}` }), { version: 1 })),
    );
    expect(racing.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('knows its own write again when only the answer was lost', async () => {
    proxy.inject(['lose_answer'], 'PutItem');
    expect(await pushDirectory(table, documentOf(bob), undefined)).toBe(1);
    proxy.inject(['error_after'], 'PutItem');
    expect(await pushDirectory(table, documentOf(), { version: 1 })).toBe(2);
  });

  it('that is too large is refused before anything is sent', async () => {
    const many = documentOf(
      ...Array.from({ length: 3000 }, (_, i) => ({
        ...bob,
        id: `p${i}`,
        links: [`x:${'y'.repeat(100)}${i}`],
      })),
    );
    const before = proxy.operations.length;
    await expect(pushDirectory(table, many, undefined)).rejects.toBeInstanceOf(InvalidInputError);
    expect(proxy.operations).toHaveLength(before);
  });
});
