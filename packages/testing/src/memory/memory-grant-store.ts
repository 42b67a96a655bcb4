import type { GrantStore, GrantSummary } from '@hitl/core';
import { pageOf, timeKey } from './page-of.ts';

export function createMemoryGrantStore(): GrantStore {
  const summaries = new Map<string, GrantSummary>();
  return {
    async put(summary) {
      if ((summaries.get(summary.grant_id)?.sequence ?? 0) > summary.sequence) return;
      summaries.set(summary.grant_id, structuredClone(summary));
    },
    async get(grantId) {
      return structuredClone(summaries.get(grantId));
    },
    async list(query) {
      return pageOf(
        { list: 'grants' },
        summaries.values(),
        (grant) => timeKey(grant.created_at, grant.grant_id),
        'newest_first',
        query,
      );
    },
    async listCandidates({ grantee_id, server, tool, now }) {
      const nowMs = Date.parse(now);
      return [...summaries.values()]
        .filter(
          (grant) =>
            !grant.revoked &&
            grant.grantee_id === grantee_id &&
            grant.server === server &&
            grant.tool === tool &&
            Date.parse(grant.expires_at) > nowMs,
        )
        .sort((a, b) => (timeKey(a.expires_at, a.grant_id) < timeKey(b.expires_at, b.grant_id) ? -1 : 1))
        .map((grant) => structuredClone(grant));
    },
  };
}
