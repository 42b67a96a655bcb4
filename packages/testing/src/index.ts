export { chainEntry } from './chain-entry.ts';
export { type Browser, type BrowserOptions, type BrowserPage, createBrowser } from './create-browser.ts';
export { createFakeClock, type FakeClock } from './fake-clock.ts';
export { createMemoryApprovalStore } from './memory/memory-approval-store.ts';
export { createMemoryAuditLog, type MemoryAuditLog } from './memory/memory-audit-log.ts';
export { createMemoryBlobStore, type MemoryBlobStore } from './memory/memory-blob-store.ts';
export { createMemoryCallHistory } from './memory/memory-call-history.ts';
export { createMemoryDirectory, type MemoryDirectory } from './memory/memory-directory.ts';
export { createMemoryGrantStore } from './memory/memory-grant-store.ts';
export { createMemoryItemStore } from './memory/memory-item-store.ts';
export { createMemoryJobQueue, type MemoryJobQueue } from './memory/memory-job-queue.ts';
export { createMemoryMemoryStore } from './memory/memory-memory-store.ts';
export { createMemoryRunStore } from './memory/memory-run-store.ts';
export { createMemorySecretSource } from './memory/memory-secret-source.ts';
export { createMemorySessionStore } from './memory/memory-session-store.ts';
export {
  createMemoryToolSource,
  type MemoryTool,
  type MemoryToolSource,
} from './memory/memory-tool-source.ts';
export { createMemoryWorkflowEngine, type MemoryWorkflowEngine } from './memory/memory-workflow-engine.ts';
export { createRecordingNotifier, type RecordingNotifier } from './memory/recording-notifier.ts';
export { type PageForm, readForms } from './read-forms.ts';
export { createSequentialIds } from './sequential-ids.ts';
export { startHttpApiPeer } from './start-http-api-peer.ts';
