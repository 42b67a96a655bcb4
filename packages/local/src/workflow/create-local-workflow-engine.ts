import {
  createIdGenerator,
  InvalidInputError,
  type JsonValue,
  systemClock,
  type TaskCallback,
  UnavailableError,
  type WorkflowEngine,
} from '@hitl/core';
import type { StateMachineDefinition } from '@hitl/workflow';
import { createLimiter } from './create-limiter.ts';
import type { LocalFunction } from './local-function.ts';
import { createMachine, endOf, named, reportStates, tasksOf, toJson } from './state-machine.ts';
import { createTaskWait } from './task-wait.ts';
import { isWaiting, type WorkflowExecution } from './workflow-execution.ts';

export interface ExecutionHandle {
  readonly executionId: string;
  /** The output; rejects with an `Error` whose `name` is the state machine's error; `undefined` when the engine closed first. */
  readonly result: Promise<JsonValue | undefined>;
}

export interface LocalWorkflowEngine extends WorkflowEngine {
  /** What `Advance` and whoever decides answer tokens with. */
  readonly tasks: TaskCallback;
  /** Starts the state machine as anybody may, e.g. with `{action_text}`. */
  startExecution(input: JsonValue): ExecutionHandle;
  /** Resolves when every execution has ended or waits for people. */
  idle(): Promise<void>;
  counts(): { readonly executions: number; readonly waiting: number };
  /** Stops every execution and waits until the functions that were running have returned, at most `graceMs`. */
  close(options?: { readonly graceMs?: number }): Promise<void>;
}

export interface LocalWorkflowEngineOptions {
  readonly definition: StateMachineDefinition;
  /** By the `FunctionName` of the definition. */
  readonly functions: Readonly<Record<string, LocalFunction>>;
  /** The token that the run's step has stored (`ApprovalStore.getTaskToken`): finds executions that named no run at the start. */
  readonly getTaskToken?: (runId: string) => Promise<string | undefined>;
  readonly logger?: { error(message: string, facts?: Record<string, unknown>): void };
  /**
   * How many executions are kept while they wait for people; default 1,000 (some 7 KB each). Beyond that the one that waits
   * longest is let go: its run is on the record, the sweep sees to its deadlines, and a wake starts a new execution for it.
   */
  readonly maxWaiting?: number;
  /** How many steps act at a time; default 64. */
  readonly maxActing?: number;
  /** Told of every state that an execution enters. */
  readonly onStateEntered?: (executionId: string, state: string) => void;
}

interface Invocation {
  readonly returned: Promise<void>;
  readonly cancel: (reason: unknown) => void;
}

/** Step Functions' limit on any payload. */
const maxPayloadBytes = 262_144;

/**
 * Runs the state machine's definition in this process. It keeps nothing on disk: after a restart every unfinished run is
 * entered again from the record.
 *
 * @throws InvalidInputError when the definition is not valid or names a function that `functions` lacks.
 */
export function createLocalWorkflowEngine(options: LocalWorkflowEngineOptions): LocalWorkflowEngine {
  const { definition, functions, getTaskToken, logger, maxWaiting = 1000, onStateEntered } = options;
  const machine = createMachine(definition, functions);
  const limit = createLimiter(options.maxActing ?? 64);
  const ids = createIdGenerator(systemClock);
  const closing = new AbortController();

  const executions = new Set<WorkflowExecution>();
  const byRun = new Map<string, WorkflowExecution>();
  const byToken = new Map<string, WorkflowExecution>();
  /** In the order in which they began to wait. */
  const waiting = new Set<WorkflowExecution>();
  const invocations = new Set<Invocation>();
  let idleListeners: (() => void)[] = [];

  function startExecution(
    input: JsonValue,
    runId: string | undefined,
    isObserved: boolean,
  ): WorkflowExecution {
    if (closing.signal.aborted) throw new UnavailableError('the workflow engine is closed');
    const id = ids.next('exec');
    const tokens = {
      get Token() {
        return ids.next('token');
      },
    };
    const run = machine.run(input, {
      noThrowOnAbort: true,
      context: { Execution: { Id: id, Name: id }, Task: tokens },
      overrides: { taskResourceLocalHandlers: taskHandlers(() => execution) },
    });
    const execution: WorkflowExecution = {
      id,
      runId,
      wait: undefined,
      isWakePending: false,
      isObserved,
      abort: run.abort,
      result: run.result.then(
        (output) => (closing.signal.aborted ? undefined : (output as JsonValue)),
        (error: unknown) => {
          throw endOf(error);
        },
      ),
    };
    executions.add(execution);
    if (runId !== undefined) byRun.set(runId, execution);
    if (onStateEntered !== undefined) void reportStates(execution.id, run.eventLogs, onStateEntered);
    execution.result
      .catch((error: Error) => {
        const facts = { execution_id: id, run_id: execution.runId, error: error.name, cause: error.message };
        logger?.error('a workflow execution failed', facts);
        forget(execution);
        // The decision that woke it must not be lost with it.
        if (execution.isWakePending && execution.runId !== undefined && !closing.signal.aborted) {
          startExecution({ run_id: execution.runId }, execution.runId, false);
        }
      })
      .finally(() => forget(execution));
    return execution;
  }

  function taskHandlers(execution: () => WorkflowExecution) {
    return Object.fromEntries(
      tasksOf(definition).map(([name, task]) => {
        const call = functions[task.Parameters.FunctionName] as LocalFunction;
        const withToken = task.Resource.endsWith('.waitForTaskToken');
        const handler = async (input: unknown) => {
          // The first task is entered while `run` is still on the stack, before the execution is known.
          await Promise.resolve();
          const payload = (input as { Payload: JsonValue }).Payload;
          if (withToken) return enterWithToken(execution(), call, payload);
          dropWait(execution());
          return { StatusCode: 200, Payload: toJson(await invoke(call, payload)) ?? null };
        };
        return [name, handler];
      }),
    );
  }

  async function enterWithToken(
    execution: WorkflowExecution,
    call: LocalFunction,
    payload: JsonValue,
  ): Promise<JsonValue> {
    // A wait that timed out, or a step that is tried again, leaves a token behind that must not work any more.
    dropWait(execution);
    const wait = createTaskWait((payload as { task_token: string }).task_token);
    execution.wait = wait;
    execution.isWakePending = false;
    byToken.set(wait.token, execution);
    try {
      bindRun(execution, await invoke(call, payload));
    } catch (error) {
      // As in the cloud: once the token is answered, what becomes of the invocation does not matter.
      if (!wait.isSettled) throw error;
      logger?.error('a step failed after it had answered its token', {
        execution_id: execution.id,
        error: String(error),
      });
    } finally {
      wait.isInvoking = false;
    }
    // A step that took longer than its time-out comes back to an execution that has gone on without it.
    if (execution.wait === wait && !wait.isSettled) {
      if (execution.isWakePending) wakeNow(execution);
      else beginWaiting(execution);
    }
    return await wait.outcome;
  }

  function invoke(call: LocalFunction, payload: JsonValue): Promise<unknown> {
    return new Promise((resolve, reject) => {
      const invocation: Invocation = {
        // A function that ignores the signal must not hold up the end of its execution.
        cancel: reject,
        returned: limit(async () => {
          closing.signal.throwIfAborted();
          return await call(toJson(payload) as JsonValue, closing.signal);
        })
          .then(resolve, reject)
          .finally(() => invocations.delete(invocation)),
      };
      invocations.add(invocation);
    });
  }

  function beginWaiting(execution: WorkflowExecution): void {
    waiting.add(execution);
    if (waiting.size > maxWaiting) {
      for (const oldest of waiting) {
        if (oldest.isObserved || oldest.runId === undefined) continue;
        letGo(oldest);
        break;
      }
    }
    announceIdle();
  }

  function letGo(execution: WorkflowExecution): void {
    execution.abort();
    forget(execution);
  }

  function forget(execution: WorkflowExecution): void {
    dropWait(execution);
    executions.delete(execution);
    if (execution.runId !== undefined && byRun.get(execution.runId) === execution)
      byRun.delete(execution.runId);
    announceIdle();
  }

  function dropWait(execution: WorkflowExecution): void {
    const { wait } = execution;
    if (wait === undefined) return;
    byToken.delete(wait.token);
    waiting.delete(execution);
    execution.wait = undefined;
    if (!wait.isSettled) wait.fail(named('ExecutionLetGo', 'nobody answers this token any more'));
  }

  function settle(
    execution: WorkflowExecution,
    act: (wait: NonNullable<WorkflowExecution['wait']>) => void,
  ): void {
    const { wait } = execution;
    if (wait === undefined) return;
    waiting.delete(execution);
    byToken.delete(wait.token);
    act(wait);
  }

  function wakeNow(execution: WorkflowExecution): void {
    settle(execution, (wait) => wait.succeed({ run_id: execution.runId ?? null, status: 'running' }));
  }

  function bindRun(execution: WorkflowExecution, result: unknown): void {
    if (
      execution.runId !== undefined ||
      typeof result !== 'object' ||
      result === null ||
      !('run_id' in result)
    )
      return;
    if (typeof result.run_id !== 'string') return;
    execution.runId = result.run_id;
    if (!byRun.has(result.run_id)) byRun.set(result.run_id, execution);
  }

  function announceIdle(): void {
    if (waiting.size < executions.size) return;
    const listeners = idleListeners;
    idleListeners = [];
    for (const listener of listeners) listener();
  }

  return {
    async start(runId) {
      if (!byRun.has(runId)) startExecution({ run_id: runId }, runId, false);
    },
    async wake(runId) {
      const token = byRun.has(runId) ? undefined : await getTaskToken?.(runId);
      const execution = byRun.get(runId) ?? (token === undefined ? undefined : byToken.get(token));
      if (execution === undefined) {
        startExecution({ run_id: runId }, runId, false);
        return;
      }
      bindRun(execution, { run_id: runId });
      if (isWaiting(execution)) wakeNow(execution);
      else execution.isWakePending = true;
    },
    startExecution(input) {
      const { id, result } = startExecution(input, undefined, true);
      return { executionId: id, result };
    },
    tasks: {
      async succeed(token, output) {
        const text = JSON.stringify(output);
        if (Buffer.byteLength(text) > maxPayloadBytes)
          throw new InvalidInputError(`a task's output must not exceed ${maxPayloadBytes} bytes`);
        const execution = byToken.get(token);
        if (execution === undefined) return;
        bindRun(execution, output);
        settle(execution, (wait) => wait.succeed(JSON.parse(text) as JsonValue));
      },
    },
    idle() {
      return new Promise<void>((resolve) => {
        idleListeners.push(resolve);
        announceIdle();
      });
    },
    counts: () => ({ executions: executions.size, waiting: waiting.size }),
    async close({ graceMs = 5000 } = {}) {
      closing.abort(new UnavailableError('the workflow engine is closing'));
      for (const execution of executions) letGo(execution);
      const returned = Promise.all([...invocations].map((invocation) => invocation.returned));
      for (const invocation of invocations) invocation.cancel(closing.signal.reason);
      const timer = Promise.withResolvers<void>();
      const timeout = setTimeout(timer.resolve, graceMs);
      await Promise.race([returned, timer.promise]);
      clearTimeout(timeout);
    },
  };
}
