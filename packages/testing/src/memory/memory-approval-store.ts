import { type ApprovalStore, type ApprovalSummary, checkPageLimit } from '@hitl/core';
import { pageOf, timeKey } from './page-of.ts';

export function createMemoryApprovalStore(): ApprovalStore {
  const summaries = new Map<string, ApprovalSummary>();
  const tokens = new Map<string, string>();
  return {
    async put(summary) {
      if ((summaries.get(summary.approval_id)?.sequence ?? 0) > summary.sequence) return;
      summaries.set(summary.approval_id, structuredClone(summary));
    },
    async get(approvalId) {
      return structuredClone(summaries.get(approvalId));
    },
    async list(query) {
      return pageOf(
        { list: 'approvals', status: query.status },
        [...summaries.values()].filter((approval) => approval.status === query.status),
        (approval) => timeKey(approval.requested_at, approval.approval_id),
        query.status === 'pending' ? 'oldest_first' : 'newest_first',
        query,
      );
    },
    async listDue(now, limit) {
      const nowMs = Date.parse(now);
      return [...summaries.values()]
        .flatMap((approval) =>
          approval.status === 'pending' && approval.next_due_at !== undefined
            ? [{ approval, dueMs: Date.parse(approval.next_due_at) }]
            : [],
        )
        .filter(({ dueMs }) => dueMs <= nowMs)
        .sort((a, b) => a.dueMs - b.dueMs || (a.approval.approval_id < b.approval.approval_id ? -1 : 1))
        .slice(0, checkPageLimit(limit))
        .map(({ approval }) => structuredClone(approval));
    },
    async putTaskToken(runId, token) {
      tokens.set(runId, token);
    },
    async getTaskToken(runId) {
      return tokens.get(runId);
    },
  };
}
