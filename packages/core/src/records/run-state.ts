import type { JsonObject } from '../canonical-json.ts';
import type { ApprovalRequirement, Decision } from '../decision.ts';
import type { Payload } from '../payload.ts';
import type { Preview } from '../tool-call.ts';
import type { Vote } from '../vote.ts';
import type { ApprovalStatus, RunEventData, RunStatus, Usage } from './run-events.ts';

export const callStatuses = [
  'allowed',
  'denied',
  'awaiting_approval',
  'approved',
  'executing',
  'succeeded',
  'failed',
  'unknown',
  'refused',
  'rejected',
  'expired',
  'cancelled',
] as const;
export type CallStatus = (typeof callStatuses)[number];

export interface CallState {
  readonly call_id: string;
  readonly step: number;
  readonly server: string;
  readonly tool: string;
  readonly arguments: JsonObject;
  readonly tool_digest: string;
  readonly digest: string;
  readonly preview?: Preview | undefined;
  readonly decision: Decision;
  readonly approval_id?: string;
  readonly status: CallStatus;
  /** The newest claim, while and after executing. */
  readonly claim?: {
    readonly owner: string;
    readonly lease_expires_at: string;
    readonly attempt: number;
    readonly claim_id?: string | undefined;
    /** When the claim was recorded, ISO. */
    readonly claimed_at?: string;
  };
  readonly result?: Payload | undefined;
  readonly error?: { readonly code: string; readonly message: string };
  readonly resolved_by?: string;
}

export interface ApprovalState {
  readonly approval_id: string;
  readonly run_id: string;
  readonly requester_id: string;
  readonly call_ids: readonly string[];
  /** What votes are bound to now. */
  readonly digest: string;
  readonly requirement: ApprovalRequirement;
  readonly status: ApprovalStatus;
  readonly requested_at: string;
  readonly expires_at: string;
  /** Votes on the current digest; an edit empties it. */
  readonly votes: readonly Vote[];
  readonly void_votes: readonly Vote[];
  readonly editors: readonly string[];
  readonly reminder_count: number;
  readonly escalation_stage: number;
  readonly decided_by: readonly string[];
  readonly decided_at?: string;
  readonly reason?: string;
}

export interface ModelStep {
  readonly step: number;
  readonly model_id: string;
  readonly messages: Payload;
  readonly text: string;
  readonly finish_reason: string;
  readonly proposed: readonly { readonly call_id: string; readonly wire_name: string }[];
}

/** The fold of a run's events. */
export interface RunState {
  readonly run_id: string;
  readonly session_id: string;
  readonly started: RunEventData<'run-started'>;
  readonly status: RunStatus;
  readonly frozen?: RunEventData<'tools-frozen'>;
  readonly steps: readonly ModelStep[];
  /** By call id, in the order in which they were decided. */
  readonly calls: ReadonlyMap<string, CallState>;
  readonly approvals: ReadonlyMap<string, ApprovalState>;
  readonly cancel_requested_by?: string;
  /** Steps that broke since the run last moved forward. */
  readonly failed_steps?: number;
  /** Votes and edits that were refused, over all requests of the run. */
  readonly refusals?: number;
  readonly output?: string;
  readonly error?: { readonly code: string; readonly message: string };
  readonly usage: Usage;
  /** Milliseconds spent in model calls and tool executions: not waiting for people, not being down. */
  readonly acting_ms?: number;
  readonly created_at: string;
  readonly updated_at: string;
  /** Sequence and hash of the newest entry: what the next append builds on. */
  readonly sequence: number;
  readonly head_hash: string;
}

/** The approval request that the run waits on now, if any. */
export function pendingApproval(run: RunState): ApprovalState | undefined {
  for (const approval of run.approvals.values()) if (approval.status === 'pending') return approval;
  return undefined;
}

export function isFinished(run: RunState): boolean {
  return run.status !== 'running' && run.status !== 'awaiting_approval';
}
