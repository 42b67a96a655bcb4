import type { ApprovalCategory } from '@hitl/core';
import type { PolicyRequest } from './policy-request.ts';

/** A request with its final category: what conditions are evaluated on. */
export interface Frame {
  readonly request: PolicyRequest;
  readonly category: ApprovalCategory;
}
