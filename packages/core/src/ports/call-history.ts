export interface RecordedCall {
  readonly principal_id: string;
  readonly server: string;
  readonly tool: string;
  /** Epoch milliseconds. */
  readonly at_ms: number;
  readonly call_id: string;
}

/** How often somebody called what, for policies with a `rate` condition. Derived; the record stays the truth. */
export interface CallHistory {
  /** Idempotent by principal and `call_id`: a call counts once, at the time it was recorded first. */
  record(call: RecordedCall): Promise<void>;
  /**
   * Calls of one principal with `at_ms >= since_ms`, strongly consistent with earlier `record`s. `server` and `tool` narrow.
   * Implementations may forget calls older than 31 days.
   */
  countSince(query: {
    principal_id: string;
    since_ms: number;
    server?: string;
    tool?: string;
  }): Promise<number>;
}
