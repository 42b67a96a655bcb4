import { type Clock, type RunStore, type RunSummary, systemClock } from '@hitl/core';
import { pageOf, timeKey } from './page-of.ts';

interface KeyClaim {
  readonly run_id: string;
  readonly fingerprint: string;
  readonly expiresAtMs: number;
}

export function createMemoryRunStore(options: { clock?: Clock } = {}): RunStore {
  const clock = options.clock ?? systemClock;
  const summaries = new Map<string, RunSummary>();
  const claims = new Map<string, KeyClaim>();
  return {
    async put(summary) {
      if ((summaries.get(summary.run_id)?.sequence ?? 0) > summary.sequence) return;
      summaries.set(summary.run_id, structuredClone(summary));
    },
    async get(runId) {
      return structuredClone(summaries.get(runId));
    },
    async list(query) {
      const { user_id, status } = query;
      const matching = [...summaries.values()].filter(
        (run) =>
          (user_id === undefined || run.user_id === user_id) &&
          (status === undefined || run.status === status),
      );
      return pageOf(
        { list: 'runs', user_id, status },
        matching,
        (run) => timeKey(run.created_at, run.run_id),
        'newest_first',
        query,
      );
    },
    async claimIdempotencyKey(key, runId, fingerprint, expiresAtMs) {
      const earlier = claims.get(key);
      if (earlier !== undefined && earlier.expiresAtMs > clock.now())
        return { run_id: earlier.run_id, fingerprint: earlier.fingerprint };
      claims.set(key, { run_id: runId, fingerprint, expiresAtMs });
      return { run_id: runId, fingerprint };
    },
  };
}
