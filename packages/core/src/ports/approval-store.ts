import type { ApprovalStatus } from '../records/run-events.ts';
import type { Page } from './run-store.ts';

/** Derived list item of an approval request. */
export interface ApprovalSummary {
  readonly approval_id: string;
  readonly run_id: string;
  readonly requester_id: string;
  readonly status: ApprovalStatus;
  /** Qualified names of the calls. */
  readonly tools: readonly string[];
  readonly query: string;
  readonly digest: string;
  readonly requested_at: string;
  readonly expires_at: string;
  /** When somebody must look at it next (reminder, escalation or expiry), ISO; absent once decided. */
  readonly next_due_at?: string;
  /** The run's sequence that this reflects. */
  readonly sequence: number;
}

export interface ApprovalStore {
  /** Writes unless a summary with a higher sequence is stored already (then it does nothing). */
  put(summary: ApprovalSummary): Promise<void>;
  get(approvalId: string): Promise<ApprovalSummary | undefined>;
  /** Oldest request first for `pending`, newest first for the others. @throws InvalidInputError on a cursor that is not ours. */
  list(query: { status: ApprovalStatus; limit: number; cursor?: string }): Promise<Page<ApprovalSummary>>;
  /** Pending ones with `next_due_at <= now`, most overdue first. */
  listDue(now: string, limit: number): Promise<readonly ApprovalSummary[]>;
  /** Stores the workflow's task token for a run; a later one replaces it. Tokens are capabilities: never logged, never listed. */
  putTaskToken(runId: string, token: string): Promise<void>;
  /** `undefined` when there is none. */
  getTaskToken(runId: string): Promise<string | undefined>;
}
