export { createHandler as createExpireApprovalHandler } from './handler.ts';
