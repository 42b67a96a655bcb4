import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type { Clock } from '@hitl/core';
import {
  describeApprovalStoreContract,
  describeAuditLogContract,
  describeBlobStoreContract,
  describeCallHistoryContract,
  describeGrantStoreContract,
  describeItemStoreContract,
  describeMemoryStoreContract,
  describeRunStoreContract,
  describeSessionStoreContract,
} from '@hitl/testing/contracts';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { recordTableActions } from '../../test/record-table-actions.ts';
import { type RunningDynalite, startDynalite } from '../../test/start-dynalite.ts';
import { createDynamoStores, type DynamoStores } from './create-dynamo-stores.ts';
import { tableActions, tableRoles } from './tables.ts';

let dynalite: RunningDynalite;
let client: DynamoDBDocumentClient;
let sent: ReturnType<typeof recordTableActions>;

beforeAll(async () => {
  dynalite = await startDynalite();
  client = dynalite.connect();
  sent = recordTableActions(client);
});

afterAll(async () => {
  client.destroy();
  await dynalite.close();
});

function storeOf<K extends keyof DynamoStores>(
  name: K,
): (environment: { clock: Clock }) => Promise<{ subject: DynamoStores[K] }> {
  return async ({ clock }) => ({
    subject: createDynamoStores({ client, tableNames: await dynalite.createTables(client), clock })[name],
  });
}

describeAuditLogContract('createDynamoAuditLog', storeOf('auditLog'));
describeBlobStoreContract('createDynamoBlobStore', storeOf('blobs'));
describeRunStoreContract('createDynamoRunStore', storeOf('runs'));
describeApprovalStoreContract('createDynamoApprovalStore', storeOf('approvals'));
describeGrantStoreContract('createDynamoGrantStore', storeOf('grants'));
describeItemStoreContract('createDynamoItemStore', storeOf('items'));
describeMemoryStoreContract('createDynamoMemoryStore', storeOf('memory'));
describeSessionStoreContract('createDynamoSessionStore', storeOf('sessions'));
describeCallHistoryContract('createDynamoCallHistory', storeOf('callHistory'));

it('send what a role is given for their tables: nothing else, and nothing less', async () => {
  const tableNames = await dynalite.createTables(client);
  const { feed, directory } = createDynamoStores({ client, tableNames });
  feed.publish('run_1', { type: 'text-delta', run_id: 'run_1', step: 0, text: 'Hello' });
  await feed.flush();
  await expect(directory.find('carol')).rejects.toThrow('the directory is empty');
  for (const role of tableRoles) {
    const { read, write } = tableActions[role];
    expect([role, sent(role)]).toEqual([role, [...read, ...write].sort()]);
  }
});
