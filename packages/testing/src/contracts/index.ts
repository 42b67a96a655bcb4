export type {
  ApprovalChannel,
  ApprovalChannelSite,
  ApprovalOutcome,
  ChannelAnswer,
  ChannelBallot,
  PostedApproval,
} from './approval-channel.ts';
export { describeApprovalChannel } from './approval-channel-contract.ts';
export { describeApprovalStoreContract } from './approval-store-contract.ts';
export { describeAuditLogContract } from './audit-log-contract.ts';
export { describeBlobStoreContract } from './blob-store-contract.ts';
export { describeCallHistoryContract } from './call-history-contract.ts';
export { collect, collectPages } from './collect.ts';
export { describeDirectoryContract } from './directory-contract.ts';
export { describeGrantStoreContract } from './grant-store-contract.ts';
export { describeIdGeneratorContract } from './id-generator-contract.ts';
export { describeItemStoreContract } from './item-store-contract.ts';
export { describeJobQueueContract, type JobQueueContractSubject } from './job-queue-contract.ts';
export { describeMemoryStoreContract } from './memory-store-contract.ts';
export { describeNotifierContract, type NotifierContractSubject } from './notifier-contract.ts';
export { type ContractSubject, type CreateSubject, openSubject } from './open-subject.ts';
export { describeRunFeedContract, type RunFeedContractSubject } from './run-feed-contract.ts';
export { describeRunStoreContract } from './run-store-contract.ts';
export { describeSecretSourceContract } from './secret-source-contract.ts';
export { describeSessionStoreContract } from './session-store-contract.ts';
export { describeTaskCallbackContract, type TaskCallbackContractSubject } from './task-callback-contract.ts';
export { describeToolPinsContract, type ToolPinsContractSubject } from './tool-pins-contract.ts';
export { describeToolSourceContract, type ToolSourceContractSubject } from './tool-source-contract.ts';
export {
  describeWorkflowEngineContract,
  type WorkflowEngineContractSubject,
} from './workflow-engine-contract.ts';
