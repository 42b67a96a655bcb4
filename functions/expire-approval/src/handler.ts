import { type ApplicationDeps, expireApprovals, runIdOfExecution, sweepApprovals } from '@hitl/application';
import type { JsonObject } from '@hitl/core';
import { toInvalidInput } from '@hitl/lambda';
import { expirePayloadSchema } from '@hitl/workflow';

/**
 * Reminders, escalations and expiry: for one run when the workflow's wait timed out, for everything that is due when the schedule
 * calls. Fails closed: what nobody decided in time is expired, never approved.
 */
export function createHandler(
  deps: Pick<
    ApplicationDeps,
    'repository' | 'approvals' | 'workflow' | 'notifiers' | 'clock' | 'logger' | 'background'
  >,
): (event: unknown) => Promise<JsonObject> {
  return async (event) => {
    if (!isOfWorkflow(event)) return { swept: await sweepApprovals(deps) };
    const timedOut = expirePayloadSchema.safeParse(event);
    if (!timedOut.success) throw toInvalidInput(timedOut.error);
    const { input, execution_id } = timedOut.data;
    // An input without a run is the request that began one.
    const runId = 'run_id' in input ? input.run_id : runIdOfExecution(execution_id);
    await expireApprovals(deps, runId);
    // The step looks again: it finishes what was decided, or waits on.
    return { run_id: runId, status: 'running' };
  };
}

function isOfWorkflow(event: unknown): boolean {
  return typeof event === 'object' && event !== null && 'execution_id' in event;
}
