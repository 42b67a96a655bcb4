export interface MemoryTurn {
  readonly role: 'user' | 'assistant';
  readonly text: string;
  /** ISO time. */
  readonly at: string;
}

/** Turns of sessions, isolated by principal and session. */
export interface MemoryStore {
  /** Idempotent by `turnId` (the first one stays). The turn vanishes after `expiresAtMs` (epoch milliseconds), at the latest when read. */
  append(
    key: { principal_id: string; session_id: string },
    turnId: string,
    turn: MemoryTurn,
    expiresAtMs: number,
  ): Promise<void>;
  /**
   * The newest `limit` unexpired turns by `at`, oldest of them first. At the same instant the user's turn stands before the
   * assistant's: a question comes before its answer.
   */
  recent(key: { principal_id: string; session_id: string }, limit: number): Promise<readonly MemoryTurn[]>;
  forget(key: { principal_id: string; session_id: string }): Promise<void>;
}
