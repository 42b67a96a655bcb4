export { type AuditFault, type AuditProblem, auditFaults, type VerifyReport } from './audit-problem.ts';
export { type ChainVerifier, createChainVerifier } from './create-chain-verifier.ts';
export { exportLog } from './export-log.ts';
export { makeCheckpoint } from './make-checkpoint.ts';
export { merkleRoot, type PinnedHead } from './merkle-root.ts';
export { type StreamHead, sealEntry } from './seal-entry.ts';
export { verifyExport } from './verify-export.ts';
export { verifyLog } from './verify-log.ts';
