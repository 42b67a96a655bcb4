import type { RunRepository } from '@hitl/application';
import type { Clock, RunState } from '@hitl/core';
import type { Metrics } from '@hitl/lambda';

/** What the service is for, in numbers. The alarms read them by these names. */
export const businessMetrics = [
  'approvals_requested',
  'approvals_expired',
  'approval_latency_ms',
  'executions_unknown',
] as const;

/**
 * Counts what this process writes to the record, and only that: what is read was counted by who wrote it. The latency is that of
 * requests which people decided, from the request to the decision.
 */
export function createMeteredRepository(
  repository: RunRepository,
  metrics: Metrics,
  clock: Clock,
): RunRepository {
  return {
    ...repository,
    async append(run, event, actor, consequence) {
      const next = await repository.append(run, event, actor, consequence);
      count(run, next, metrics, clock);
      return next;
    },
  };
}

function count(before: RunState, after: RunState, metrics: Metrics, clock: Clock): void {
  for (const [id, { status, requested_at, votes }] of after.approvals) {
    const earlier = before.approvals.get(id);
    if (earlier === undefined) metrics.add('approvals_requested', 1);
    if (status === earlier?.status) continue;
    if (status === 'expired') metrics.add('approvals_expired', 1);
    const isDecided = earlier !== undefined && (status === 'approved' || status === 'rejected');
    // Grants that decided at once say nothing about people.
    if (isDecided && votes.some(({ grant_id }) => grant_id === undefined))
      metrics.add('approval_latency_ms', Math.max(0, clock.now() - Date.parse(requested_at)), 'Milliseconds');
  }
  for (const [id, { status }] of after.calls) {
    if (status === 'unknown' && before.calls.get(id)?.status !== 'unknown')
      metrics.add('executions_unknown', 1);
  }
}
