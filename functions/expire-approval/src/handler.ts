import { type ApplicationDeps, expireApprovals, runIdOfExecution, sweepApprovals } from '@hitl/application';
import type { JsonObject } from '@hitl/core';
import { type StepEntry, type StepLog, type StepNotes, toInvalidInput, withStepLine } from '@hitl/lambda';
import { expirePayloadSchema } from '@hitl/workflow';

type ExpireDeps = StepLog &
  Pick<
    ApplicationDeps,
    'repository' | 'approvals' | 'workflow' | 'notifiers' | 'clock' | 'logger' | 'background'
  >;

/**
 * Reminders, escalations and expiry: for one run when the workflow's wait timed out, for everything that is due when the schedule
 * calls. Fails closed: what nobody decided in time is expired, never approved.
 */
export function createHandler(deps: ExpireDeps): (event: unknown) => Promise<JsonObject> {
  return async (event) => {
    if (!isOfWorkflow(event)) return { swept: await sweepApprovals(deps) };
    return withStepLine(deps, entryOf(event), (notes) => expireStep(deps, event, notes));
  };
}

async function expireStep(deps: ExpireDeps, event: WorkflowEvent, notes: StepNotes): Promise<JsonObject> {
  const timedOut = expirePayloadSchema.safeParse(event);
  if (!timedOut.success) throw toInvalidInput(timedOut.error);
  const { input, execution_id } = timedOut.data;
  // An input without a run is the request that began one.
  const run_id = 'run_id' in input ? input.run_id : runIdOfExecution(execution_id);
  notes.run_id = run_id;
  await expireApprovals(deps, run_id);
  // The step looks again: it finishes what was decided, or waits on.
  const output = { run_id, status: 'running' };
  Object.assign(notes, { outcome: 'continue', answer: 'returned', output } satisfies StepNotes);
  return output;
}

interface WorkflowEvent {
  readonly execution_id: unknown;
  readonly input?: unknown;
}

function isOfWorkflow(event: unknown): event is WorkflowEvent {
  return typeof event === 'object' && event !== null && 'execution_id' in event;
}

function entryOf({ execution_id, input }: WorkflowEvent): StepEntry {
  return { state: 'Expire', input, ...(typeof execution_id === 'string' ? { execution_id } : {}) };
}
