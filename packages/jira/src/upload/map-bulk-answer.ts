import { z } from 'zod';
import { readJiraMessages } from '../client/read-jira-messages.ts';
import type { RowOutcome } from './upload-schemas.ts';

/** 201 with some successes and 400 with none have the same shape. */
const bulkAnswerSchema = z.object({
  issues: z
    .array(z.object({ id: z.string(), key: z.string() }))
    .optional()
    .default([]),
  errors: z
    .array(
      z.object({
        status: z.number().optional(),
        elementErrors: z.unknown().optional(),
        failedElementNumber: z.int().min(0),
      }),
    )
    .optional()
    .default([]),
});

export interface MappedAnswer<Row> {
  readonly outcomes: ReadonlyMap<Row, RowOutcome>;
  /** Rows that the answer doesn't account for: they may exist. */
  readonly unaccounted: readonly Row[];
}

/**
 * Jira's answer by row. `failedElementNumber` counts in this request; `issues` holds the successes only, in order: the rows
 * that didn't fail. `undefined` when the body is not a bulk answer at all.
 */
export function mapBulkAnswer<Row>(sent: readonly Row[], body: unknown): MappedAnswer<Row> | undefined {
  const parsed = bulkAnswerSchema.safeParse(body);
  if (!parsed.success) return undefined;
  const { issues, errors } = parsed.data;
  if (issues.length === 0 && errors.length === 0) return undefined;
  const outcomes = new Map<Row, RowOutcome>();
  const doubtful: Row[] = [];
  const failed = new Set<number>();
  for (const error of errors) {
    const row = sent[error.failedElementNumber];
    if (row === undefined) return { outcomes: new Map(), unaccounted: sent };
    failed.add(error.failedElementNumber);
    // A server-side failure of one element says as little about it as a 500 about the whole.
    if (error.status !== undefined && error.status >= 500) doubtful.push(row);
    else outcomes.set(row, { status: 'failed', errors: elementErrors(error.elementErrors) });
  }
  const succeeded = sent.filter((_, index) => !failed.has(index));
  // Were one missing, every later issue would be taken for the wrong row.
  if (succeeded.length !== issues.length) return { outcomes, unaccounted: [...succeeded, ...doubtful] };
  succeeded.forEach((row, index) => {
    const issue = issues[index];
    if (issue !== undefined) outcomes.set(row, { status: 'created', id: issue.id, key: issue.key });
  });
  return { outcomes, unaccounted: doubtful };
}

function elementErrors(body: unknown): NonNullable<RowOutcome['errors']> {
  const errors = readJiraMessages(body).map(({ path, message }) => ({
    ...(path === '' ? {} : { field: path }),
    message,
  }));
  return errors.length > 0 ? errors : [{ message: 'Jira refused this row without saying why' }];
}
