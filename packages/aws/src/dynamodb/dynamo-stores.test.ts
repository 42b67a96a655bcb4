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
import { afterAll, beforeAll } from '@jest/globals';
import { type RunningDynalite, startDynalite } from '../../test/start-dynalite.ts';
import { createDynamoStores, type DynamoStores } from './create-dynamo-stores.ts';

let dynalite: RunningDynalite;
let client: DynamoDBDocumentClient;

beforeAll(async () => {
  dynalite = await startDynalite();
  client = dynalite.connect();
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
