export { createStepFunctionsClient } from './create-step-functions-client.ts';
export { createStepFunctionsTaskCallback } from './step-functions-task-callback.ts';
export {
  createStepFunctionsWorkflowEngine,
  type StepFunctionsWorkflowEngineOptions,
} from './step-functions-workflow-engine.ts';
