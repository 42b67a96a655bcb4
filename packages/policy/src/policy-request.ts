import type { ApprovalCategory, Principal, ToolAnnotations, ToolCall } from '@hitl/core';

/** Everything that a decision rests on. The engine reads nothing else: no clock, no store. */
export interface PolicyRequest {
  readonly principal: Principal;
  readonly call: ToolCall;
  readonly environment: string;
  /** What the caller says the call is; can raise the category, never lower it. */
  readonly declared_category?: ApprovalCategory;
  /** What the server says of the tool. */
  readonly annotations?: ToolAnnotations;
  /** True when the operator configured this server's annotations as trustworthy; absent means no. */
  readonly is_trusted?: boolean;
  /** The moment of the decision, epoch milliseconds. */
  readonly now_ms: number;
  /**
   * By rule id: how many calls of this principal `rateQueries` named that rule for in its last `window_seconds`, this call
   * not counted. A rule whose count is absent fails closed.
   */
  readonly rate_counts?: ReadonlyMap<string, number>;
}
