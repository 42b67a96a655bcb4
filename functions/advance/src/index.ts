export { type AdvanceDeps, createHandler as createAdvanceHandler } from './handler.ts';
export { requestSchema as workflowRequestSchema } from './step-input.ts';
