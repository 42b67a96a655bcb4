export { createHandler as createRequestApprovalHandler } from './handler.ts';
