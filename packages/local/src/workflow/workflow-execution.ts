import type { JsonValue } from '@hitl/core';
import type { TaskWait } from './task-wait.ts';

/** One live execution of the state machine. */
export interface WorkflowExecution {
  readonly id: string;
  /** Known from the start for stored runs; for others as soon as a step has named it. */
  runId: string | undefined;
  /** The newest wait; an older one is dead. */
  wait: TaskWait | undefined;
  /** A wake that came while the step was still being invoked; it must not be lost. */
  isWakePending: boolean;
  /** Somebody awaits `result`, so the execution may not be let go. */
  readonly isObserved: boolean;
  readonly abort: () => void;
  /** `undefined` when the engine was closed first. */
  readonly result: Promise<JsonValue | undefined>;
}

/** It waits for people: its step has returned and the token is still out. */
export function isWaiting(execution: WorkflowExecution): boolean {
  const { wait } = execution;
  return wait !== undefined && !wait.isInvoking && !wait.isSettled;
}
