import type {
  ApprovalCategory,
  ApprovalRequirement,
  ApprovalStatus,
  CallStatus,
  JsonObject,
  Preview,
  Vote,
} from '@hitl/core';

export interface CallFacts {
  readonly call_id: string;
  readonly server: string;
  readonly tool: string;
  readonly arguments: JsonObject;
  readonly category: ApprovalCategory;
  readonly status: CallStatus;
  readonly preview?: Preview | undefined;
  /** Of the rules that gated the call. */
  readonly rule_ids: readonly string[];
  readonly reasons: readonly string[];
  readonly error?: { readonly code: string; readonly message: string } | undefined;
}

/** What a card shows of an approval request. The application's view of a request has all of it. */
export interface ApprovalFacts {
  readonly approval_id: string;
  readonly run_id: string;
  readonly status: ApprovalStatus;
  readonly requester_id: string;
  readonly query: string;
  readonly environment: string;
  readonly digest: string;
  readonly requirement: ApprovalRequirement;
  readonly calls: readonly CallFacts[];
  readonly votes: readonly Vote[];
  readonly void_votes: readonly Vote[];
  readonly editors: readonly string[];
  /** The step that waits for votes now. */
  readonly open_step?:
    | {
        readonly index: number;
        readonly approvers: readonly string[];
        readonly votes_needed: number;
        readonly votes_have: number;
      }
    | undefined;
  readonly expires_at: string;
  readonly decided_by: readonly string[];
  readonly decided_at?: string | undefined;
  readonly reason?: string | undefined;
}
