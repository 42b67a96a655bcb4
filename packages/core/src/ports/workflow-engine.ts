import type { JsonObject } from '../canonical-json.ts';

/** Runs the state machine. It schedules; it holds no truth: losing it loses nothing that the record does not give back. */
export interface WorkflowEngine {
  /** Starts the workflow for a stored run. Starting the same run twice is one execution. */
  start(runId: string): Promise<void>;
  /**
   * Wakes a run that waits for people, after a decision was recorded. Idempotent; waking a run that does not wait is nothing.
   * Where no execution waits any more (it timed out, the process restarted), a new one is started for the run.
   */
  wake(runId: string): Promise<void>;
}

/** Answers a workflow state that waits on a task token. */
export interface TaskCallback {
  /**
   * Ends the waiting state with `output` (at most 256 KB of JSON). Idempotent: answering a token that was answered, timed out
   * or never existed is nothing.
   */
  succeed(token: string, output: JsonObject): Promise<void>;
}
