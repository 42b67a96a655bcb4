import {
  type AdvanceOutcome,
  type ApplicationDeps,
  advanceRun,
  createRun,
  presentRun,
  runIdOfExecution,
} from '@hitl/application';
import {
  InvalidInputError,
  type JsonObject,
  pendingApproval,
  type RunState,
  type TaskCallback,
} from '@hitl/core';
import { type StepEntry, type StepLog, type StepNotes, toInvalidInput, withStepLine } from '@hitl/lambda';
import { advancePayloadSchema, continuationSchema, workflowRequestSchema } from '@hitl/workflow';
import { boundOutput } from './bound-output.ts';

export interface AdvanceDeps extends ApplicationDeps, StepLog {
  readonly logger: ApplicationDeps['logger'];
  readonly tasks: TaskCallback;
  /** Tells people about a run's open approval requests, outside this step. */
  readonly requestApproval: (runId: string) => Promise<void>;
}

/**
 * The workflow's one step. From the state machine it gets `{input, task_token, execution_id}` and answers the token itself: at
 * once when the run is finished or must go on, later (by whoever decides) when it waits for people. A direct invocation with
 * `{action_text, …}` acts without a workflow and returns the run as far as it came.
 */
export function createHandler(
  deps: AdvanceDeps,
): (event: unknown, signal: AbortSignal) => Promise<JsonObject> {
  return (event, signal) =>
    isOfWorkflow(event)
      ? withStepLine(deps, entryOf(event), (notes) => advanceStep(deps, event, signal, notes))
      : withStepLine(deps, { state, input: event }, (notes) => advanceDirectly(deps, event, signal, notes));
}

const state = 'Advance';

interface WorkflowEvent {
  readonly task_token: unknown;
  readonly execution_id?: unknown;
  readonly input?: unknown;
}

function isOfWorkflow(event: unknown): event is WorkflowEvent {
  return typeof event === 'object' && event !== null && 'task_token' in event;
}

function entryOf({ task_token, execution_id, input }: WorkflowEvent): StepEntry {
  return {
    state,
    input,
    ...(typeof execution_id === 'string' ? { execution_id } : {}),
    ...(typeof task_token === 'string' ? { task_token } : {}),
  };
}

async function advanceStep(
  deps: AdvanceDeps,
  event: WorkflowEvent,
  signal: AbortSignal,
  notes: StepNotes,
): Promise<JsonObject> {
  const step = advancePayloadSchema.safeParse(event);
  if (!step.success) throw toInvalidInput(step.error);
  const { input, task_token, execution_id } = step.data;
  const entered = await ensureRun(deps, input, execution_id);
  const { run_id } = entered;
  notes.run_id = run_id;
  const { outcome, run } = await advanceRun(deps, run_id, signal, entered);
  const output = await answerToken(deps, task_token, outcome, run);
  const answer = output === undefined ? 'token_kept' : 'sent';
  Object.assign(notes, { outcome, answer, output } satisfies StepNotes);
  return { run_id, outcome };
}

async function advanceDirectly(
  deps: AdvanceDeps,
  event: unknown,
  signal: AbortSignal,
  notes: StepNotes,
): Promise<JsonObject> {
  const entered = await ensureRun(deps, event, undefined);
  const { run_id } = entered;
  notes.run_id = run_id;
  const { outcome, run } = await advanceRun(deps, run_id, signal, entered);
  // No execution stands behind this run: what is left to do must not end with this invocation.
  if (outcome === 'awaiting_approval') await deps.requestApproval(run_id);
  if (outcome === 'continue') await deps.workflow.start(run_id);
  const output = await runOutput(deps, run);
  Object.assign(notes, { outcome, answer: 'returned', output } satisfies StepNotes);
  return output;
}

/** What was sent; nothing where the token is kept for whoever decides. */
async function answerToken(
  deps: AdvanceDeps,
  token: string,
  outcome: AdvanceOutcome,
  run: RunState,
): Promise<JsonObject | undefined> {
  if (outcome === 'awaiting_approval') {
    await deps.approvals.putTaskToken(run.run_id, token);
    // Whoever decided before the token was stored could not wake anybody: look again, now that it is.
    const now = await deps.repository.load(run.run_id);
    if (now !== undefined && stillWaits(run, now)) {
      await deps.requestApproval(run.run_id);
      return undefined;
    }
  }
  const output =
    outcome === 'finished' ? await runOutput(deps, run) : { run_id: run.run_id, status: 'running' };
  await deps.tasks.succeed(token, output);
  return output;
}

/** One decision of several may already mean that there is something to do: the step must see it, whatever else still waits. */
function stillWaits(before: RunState, now: RunState): boolean {
  const isUntouched = [...before.approvals.values()].every(
    ({ approval_id, status }) => now.approvals.get(approval_id)?.status === status,
  );
  return isUntouched && pendingApproval(now) !== undefined;
}

/** The run that an input means. The same execution is always the same run, however often its first step is retried. */
async function ensureRun(
  deps: AdvanceDeps,
  input: unknown,
  executionId: string | undefined,
): Promise<RunState> {
  const continuation = continuationSchema.safeParse(input);
  if (continuation.success) {
    const run = await deps.repository.load(continuation.data.run_id);
    if (run === undefined) {
      throw new InvalidInputError(`run_id: there is no run ${continuation.data.run_id}`, {
        errors: [{ path: 'run_id', message: 'names no run' }],
      });
    }
    return run;
  }
  const request = workflowRequestSchema.safeParse(input);
  if (!request.success) throw toInvalidInput(request.error);
  const { action_text, user_id, category, session_id, execution_timeout } = request.data;
  const { run } = await createRun(
    deps,
    // Whoever may start an execution is known to AWS only; the name it gives is a claim.
    {
      id: user_id ?? 'workflow',
      kind: user_id === undefined ? 'service' : 'user',
      assurance: 'asserted',
      channel: 'workflow',
    },
    {
      query: action_text,
      category,
      session_id,
      execution_timeout,
      ...(executionId === undefined ? {} : { run_id: runIdOfExecution(executionId) }),
    },
  );
  return run;
}

async function runOutput(deps: AdvanceDeps, run: RunState): Promise<JsonObject> {
  return boundOutput((await presentRun(deps, run)) as unknown as JsonObject);
}
