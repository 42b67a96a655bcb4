import { createIdGenerator } from '@hitl/core';
import {
  describeApprovalStoreContract,
  describeAuditLogContract,
  describeBlobStoreContract,
  describeCallHistoryContract,
  describeDirectoryContract,
  describeGrantStoreContract,
  describeIdGeneratorContract,
  describeItemStoreContract,
  describeJobQueueContract,
  describeMemoryStoreContract,
  describeNotifierContract,
  describeRunStoreContract,
  describeSecretSourceContract,
  describeSessionStoreContract,
  describeToolSourceContract,
  describeWorkflowEngineContract,
} from '../contracts/index.ts';
import {
  createMemoryApprovalStore,
  createMemoryAuditLog,
  createMemoryBlobStore,
  createMemoryCallHistory,
  createMemoryDirectory,
  createMemoryGrantStore,
  createMemoryItemStore,
  createMemoryJobQueue,
  createMemoryMemoryStore,
  createMemoryRunStore,
  createMemorySecretSource,
  createMemorySessionStore,
  createMemoryToolSource,
  createMemoryWorkflowEngine,
  createRecordingNotifier,
  createSequentialIds,
} from '../index.ts';

describeAuditLogContract('createMemoryAuditLog', async () => ({ subject: createMemoryAuditLog() }));
describeBlobStoreContract('createMemoryBlobStore', async () => ({ subject: createMemoryBlobStore() }));
describeRunStoreContract('createMemoryRunStore', async ({ clock }) => ({
  subject: createMemoryRunStore({ clock }),
}));
describeApprovalStoreContract('createMemoryApprovalStore', async () => ({
  subject: createMemoryApprovalStore(),
}));
describeGrantStoreContract('createMemoryGrantStore', async () => ({ subject: createMemoryGrantStore() }));
describeItemStoreContract('createMemoryItemStore', async ({ clock }) => ({
  subject: createMemoryItemStore({ clock }),
}));
describeJobQueueContract('createMemoryJobQueue', async ({ clock }) => {
  const subject = createMemoryJobQueue({ clock });
  return { subject, received: async () => subject.jobs };
});
describeMemoryStoreContract('createMemoryMemoryStore', async ({ clock }) => ({
  subject: createMemoryMemoryStore({ clock }),
}));
describeSessionStoreContract('createMemorySessionStore', async () => ({
  subject: createMemorySessionStore(),
}));
describeCallHistoryContract('createMemoryCallHistory', async () => ({ subject: createMemoryCallHistory() }));
describeDirectoryContract('createMemoryDirectory', async (entries) => ({
  subject: createMemoryDirectory(entries),
}));
describeSecretSourceContract('createMemorySecretSource', async (secrets) => ({
  subject: createMemorySecretSource(secrets),
}));
describeNotifierContract('createRecordingNotifier', async () => {
  const subject = createRecordingNotifier();
  return { subject, received: async () => subject.sent, isIdempotent: true };
});
describeWorkflowEngineContract('createMemoryWorkflowEngine', async (advance) => {
  const subject = createMemoryWorkflowEngine(advance);
  return {
    subject,
    quiesce: () => subject.quiesce(),
    loseExecutions: () => subject.loseExecutions(),
  };
});
describeToolSourceContract('createMemoryToolSource', async () => ({
  subject: createMemoryToolSource([
    { server: 'memory', tool: 'echo', run: async (args) => args },
    { server: 'memory', tool: 'hang', run: () => new Promise(() => {}) },
  ]),
  echo: { server: 'memory', tool: 'echo', arguments: { text: 'hello there' } },
  echoed: 'hello there',
  hang: { server: 'memory', tool: 'hang', arguments: {} },
}));
// Core can't run a suite of this package, which rests on it.
describeIdGeneratorContract('createIdGenerator', createIdGenerator);
describeIdGeneratorContract('createSequentialIds', createSequentialIds, { isUnguessable: false });
