import type { RunStatus } from '../records/run-events.ts';

/** Derived list item of a run; `sequence` says which entry of the stream it reflects. */
export interface RunSummary {
  readonly run_id: string;
  readonly session_id: string;
  readonly user_id: string;
  readonly status: RunStatus;
  readonly query: string;
  readonly created_at: string;
  readonly updated_at: string;
  readonly sequence: number;
}

export interface Page<T> {
  readonly items: readonly T[];
  /** Opaque; absent on the last page. */
  readonly next_cursor?: string;
}

/** The list of runs: derived from the record, repaired by whoever finds it behind. */
export interface RunStore {
  /** Writes unless a summary with a higher sequence is stored already (then it does nothing). */
  put(summary: RunSummary): Promise<void>;
  get(runId: string): Promise<RunSummary | undefined>;
  /** Newest first. `user_id` and `status` narrow. @throws InvalidInputError on a cursor that is not ours. */
  list(query: {
    user_id?: string;
    status?: RunStatus;
    limit: number;
    cursor?: string;
  }): Promise<Page<RunSummary>>;
  /**
   * Claims an idempotency key for a run. Returns the run id that holds the key: `runId`, or the earlier one.
   * `fingerprint` is the request's digest, returned so that a reuse with another body can be refused.
   */
  claimIdempotencyKey(
    key: string,
    runId: string,
    fingerprint: string,
    expiresAtMs: number,
  ): Promise<{ run_id: string; fingerprint: string }>;
}
