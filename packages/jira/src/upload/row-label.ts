import { digestOf } from '@hitl/core';

/** Marks the issue that a row became. Reserved: callers may not set such labels themselves. */
export const rowLabelPattern = /^upl-[0-9a-f]{16}$/i;

/** What makes two rows the same row. */
export interface RowIdentity {
  readonly project_key: string;
  readonly batch: string | null;
  /** Everything that the caller gave, with the parent by its own label or key. */
  readonly content: Readonly<Record<string, unknown>>;
  /** Equal rows of one upload are different rows: the first, the second … */
  readonly occurrence: number;
}

/**
 * Jira has no idempotency key, so the row's own hash rides along as a label and makes its issue findable after a lost
 * answer. It depends on the call's arguments only, which keeps it the same in the preview, in every retry, and for every
 * caller; 64 bits make a mix-up within a project out of the question.
 */
export function rowLabel(identity: RowIdentity): string {
  return `upl-${digestOf({ v: 1, ...identity }).slice(0, 16)}`;
}
