export {
  createLocalWorkflowEngine,
  type ExecutionHandle,
  type LocalWorkflowEngine,
  type LocalWorkflowEngineOptions,
} from './workflow/create-local-workflow-engine.ts';
export type { LocalFunction } from './workflow/local-function.ts';
