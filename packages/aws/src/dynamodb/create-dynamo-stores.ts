import type { DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import type {
  ApprovalStore,
  AuditLog,
  BlobStore,
  CallHistory,
  Clock,
  Directory,
  GrantStore,
  ItemStore,
  MemoryStore,
  RunStore,
  SessionStore,
} from '@hitl/core';
import { createDynamoApprovalStore } from './dynamo-approval-store.ts';
import { createDynamoAuditLog } from './dynamo-audit-log.ts';
import { createDynamoBlobStore } from './dynamo-blob-store.ts';
import { createDynamoCallHistory } from './dynamo-call-history.ts';
import { createDynamoDirectory } from './dynamo-directory.ts';
import { createDynamoGrantStore } from './dynamo-grant-store.ts';
import { createDynamoItemStore } from './dynamo-item-store.ts';
import { createDynamoMemoryStore } from './dynamo-memory-store.ts';
import { createDynamoRunFeed, type DynamoRunFeed } from './dynamo-run-feed.ts';
import { createDynamoRunStore } from './dynamo-run-store.ts';
import { createDynamoSessionStore } from './dynamo-session-store.ts';
import type { TableNames } from './tables.ts';

export interface DynamoStores {
  readonly auditLog: AuditLog;
  readonly blobs: BlobStore;
  readonly runs: RunStore;
  readonly approvals: ApprovalStore;
  readonly grants: GrantStore;
  readonly memory: MemoryStore;
  readonly sessions: SessionStore;
  readonly callHistory: CallHistory;
  readonly items: ItemStore;
  readonly feed: DynamoRunFeed;
  readonly directory: Directory;
}

/** Every store over one client, each on its table. */
export function createDynamoStores(options: {
  readonly client: DynamoDBDocumentClient;
  readonly tableNames: TableNames;
  readonly clock?: Clock;
}): DynamoStores {
  const { client, tableNames } = options;
  const clocked = options.clock === undefined ? {} : { clock: options.clock };
  return {
    auditLog: createDynamoAuditLog({ client, tableName: tableNames.audit }),
    blobs: createDynamoBlobStore({ client, tableName: tableNames.blobs }),
    runs: createDynamoRunStore({ client, tableName: tableNames.runs, ...clocked }),
    approvals: createDynamoApprovalStore({ client, tableName: tableNames.approvals, ...clocked }),
    grants: createDynamoGrantStore({ client, tableName: tableNames.approvals }),
    memory: createDynamoMemoryStore({ client, tableName: tableNames.slack_sessions, ...clocked }),
    sessions: createDynamoSessionStore({ client, tableName: tableNames.slack_sessions }),
    callHistory: createDynamoCallHistory({ client, tableName: tableNames.slack_sessions }),
    feed: createDynamoRunFeed({ client, tableName: tableNames.coordination, ...clocked }),
    directory: createDynamoDirectory({ client, tableName: tableNames.directory }),
    items: createDynamoItemStore({ client, tableName: tableNames.coordination, ...clocked }),
  };
}
