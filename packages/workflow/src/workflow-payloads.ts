import type { JsonObject } from '@hitl/core';

/**
 * What `Advance` hands to its function. `input` is what the execution was started with (`{action_text, …}` from outside, or
 * `{run_id}` of a stored run), and from the second entry on the output of the step before. The token is a capability: never logged.
 */
export interface AdvancePayload {
  readonly input: JsonObject;
  readonly task_token: string;
  /** The same for every entry and every retry of one execution. */
  readonly execution_id: string;
}

/** What `Expire` hands to its function: the input of the step that timed out, with `timed_out` added. */
export interface ExpirePayload {
  readonly input: JsonObject;
  readonly execution_id: string;
}

/** What a step ends with: the run when it is over, else at least this much. */
export interface StepOutput {
  readonly run_id: string;
  /** `running` and `awaiting_approval` enter `Advance` again; anything else ends the execution. */
  readonly status: string;
}
