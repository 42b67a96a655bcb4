export {
  createWorkflowDefinition,
  maxApprovalTimeoutSeconds,
  type WorkflowDefinitionOptions,
} from './create-workflow-definition.ts';
export { contentionErrors, crashErrors, transientErrors } from './retries.ts';
export type * from './state-machine-definition.ts';
export * from './workflow-payloads.ts';
