export { createDynamoClient, type DynamoClientOptions } from './create-dynamo-client.ts';
export { createDynamoStores, type DynamoStores } from './create-dynamo-stores.ts';
export { createTableInput, createTables } from './create-tables.ts';
export { pushDirectory, readDirectory, type StoredDirectory } from './directory-document-store.ts';
export { createDynamoApprovalStore } from './dynamo-approval-store.ts';
export { createDynamoAuditLog } from './dynamo-audit-log.ts';
export { createDynamoBlobStore } from './dynamo-blob-store.ts';
export { createDynamoCallHistory } from './dynamo-call-history.ts';
export { createDynamoDirectory, directoryKey } from './dynamo-directory.ts';
export { createDynamoGrantStore } from './dynamo-grant-store.ts';
export { createDynamoItemStore } from './dynamo-item-store.ts';
export { createDynamoMemoryStore } from './dynamo-memory-store.ts';
export {
  createDynamoRunFeed,
  type DynamoRunFeed,
  type DynamoRunFeedOptions,
  type FollowedEvent,
} from './dynamo-run-feed.ts';
export { createDynamoRunStore } from './dynamo-run-store.ts';
export { createDynamoSessionStore } from './dynamo-session-store.ts';
export { maximumItemBytes } from './item-size.ts';
export {
  type IndexDefinition,
  type KeyAttribute,
  type TableDefinition,
  type TableNames,
  type TableRole,
  tableActions,
  tableDefinitions,
  tableRoles,
} from './tables.ts';
