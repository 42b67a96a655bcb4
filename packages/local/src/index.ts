export { type BuiltinServers, createBuiltinServers } from './builtin-servers.ts';
export { apiTokenPath, readApiToken } from './data-dir/ensure-api-token.ts';
export { personTokensPath } from './data-dir/ensure-person-tokens.ts';
export { createFileDirectory } from './directory/create-file-directory.ts';
export { sampleDirectoryPath } from './directory/open-local-directory.ts';
export { openEmbeddedDynamo } from './dynamodb/open-embedded-dynamo.ts';
export { findRunningStack } from './find-running-stack.ts';
export {
  type LocalStack,
  type LocalStackOptions,
  startLocalStack,
} from './start-local-stack.ts';
export {
  createLocalWorkflowEngine,
  type ExecutionHandle,
  type LocalWorkflowEngine,
  type LocalWorkflowEngineOptions,
} from './workflow/create-local-workflow-engine.ts';
export type { LocalFunction } from './workflow/local-function.ts';
