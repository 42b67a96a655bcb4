import { type ApplicationDeps, expireApprovals, runIdOfExecution, sweepApprovals } from '@hitl/application';
import type { JsonObject } from '@hitl/core';
import { z } from 'zod';

/** From the state machine: the input of the wait that timed out, which names its run or belongs to the run it began. */
const timedOutSchema = z.object({
  input: z.looseObject({ run_id: z.string().min(1).optional() }),
  execution_id: z.string().min(1),
});

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
    const timedOut = timedOutSchema.safeParse(event);
    if (!timedOut.success) return { swept: await sweepApprovals(deps) };
    const runId = timedOut.data.input.run_id ?? runIdOfExecution(timedOut.data.execution_id);
    await expireApprovals(deps, runId);
    // The step looks again: it finishes what was decided, or waits on.
    return { run_id: runId, status: 'running' };
  };
}
