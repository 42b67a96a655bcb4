export { DataDirInUseError } from './data-dir/data-dir-in-use-error.ts';
export { apiTokenPath, ensureApiToken, readApiToken } from './data-dir/ensure-api-token.ts';
export { type DataDirLock, lockDataDir } from './data-dir/lock-data-dir.ts';
export { announceStack, readStackInfo, type StackInfo } from './data-dir/stack-info.ts';
export { createFileDirectory, type FileDirectoryOptions } from './directory/create-file-directory.ts';
export { openLocalDirectory, sampleDirectoryPath } from './directory/open-local-directory.ts';
export { type EmbeddedDynamo, openEmbeddedDynamo } from './dynamodb/open-embedded-dynamo.ts';
export { createRunFeed, type RunFeed } from './run-feed/create-run-feed.ts';
export { createEnvSecretSource } from './secrets/create-env-secret-source.ts';
export { createFileSecretSource } from './secrets/create-file-secret-source.ts';
export { createFirstSecretSource } from './secrets/create-first-secret-source.ts';
export { createSweeper, type Sweeper, type SweeperOptions } from './sweeper/create-sweeper.ts';
export {
  createLocalWorkflowEngine,
  type ExecutionHandle,
  type LocalWorkflowEngine,
  type LocalWorkflowEngineOptions,
} from './workflow/create-local-workflow-engine.ts';
export type { LocalFunction } from './workflow/local-function.ts';
