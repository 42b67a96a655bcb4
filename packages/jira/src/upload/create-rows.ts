import { JiraRequestError } from '../client/jira-request-error.ts';
import type { JiraSession } from '../client/jira-session.ts';
import { readJiraMessages } from '../client/read-jira-messages.ts';
import { findRows } from './find-rows.ts';
import { type MappedAnswer, mapBulkAnswer } from './map-bulk-answer.ts';
import type { RowOutcome } from './upload-schemas.ts';

export interface SendableRow {
  readonly label: string;
  readonly fields: Record<string, unknown>;
}

export interface CreatedRows<Row> {
  readonly outcomes: Map<Row, RowOutcome>;
  /** Jira takes no more: rows without an outcome were not created. */
  readonly stoppedBy?: JiraRequestError;
}

/**
 * Creates up to 50 rows, each at most once. After an answer that is lost or unclear the labels tell what exists; only what is
 * still missing after Jira had time to finish is sent again.
 */
export async function createRows<Row extends SendableRow>(
  session: JiraSession,
  projectKey: string,
  rows: readonly Row[],
): Promise<CreatedRows<Row>> {
  const { limits } = session.connection;
  const outcomes = new Map<Row, RowOutcome>();
  let pending: readonly Row[] = rows;
  for (let attempt = 0; pending.length > 0; attempt += 1) {
    const answer = await post(session, pending);
    if (answer.kind === 'stopped') return { outcomes, stoppedBy: answer.error };
    if (answer.kind === 'refused')
      return await splitRefused(session, projectKey, pending, answer.error, outcomes);
    for (const [row, outcome] of answer.mapped.outcomes) outcomes.set(row, outcome);
    if (answer.mapped.unaccounted.length === 0) break;

    const settled = await settle(session, projectKey, answer.mapped.unaccounted);
    for (const [row, outcome] of settled.outcomes) outcomes.set(row, outcome);
    pending = settled.missing;
    if (pending.length > 0 && (!settled.isKnown || attempt >= limits.maxRecreations)) {
      for (const row of pending) outcomes.set(row, unknownRow);
      break;
    }
  }
  return { outcomes };
}

const unknownRow: RowOutcome = {
  status: 'unknown',
  errors: [
    { message: 'Jira did not answer and the issue is not found so far; repeat the upload to find out' },
  ],
};

type PostAnswer<Row> =
  | { readonly kind: 'answered'; readonly mapped: MappedAnswer<Row> }
  /** The request as a whole was wrong for Jira; nothing was created. */
  | { readonly kind: 'refused'; readonly error: JiraRequestError }
  | { readonly kind: 'stopped'; readonly error: JiraRequestError };

async function post<Row extends SendableRow>(
  session: JiraSession,
  rows: readonly Row[],
): Promise<PostAnswer<Row>> {
  try {
    const body = await session.endpoints.createIssues(session.client, {
      issueUpdates: rows.map(({ fields }) => ({ fields })),
    });
    return { kind: 'answered', mapped: mapBulkAnswer(rows, body) ?? unaccounted(rows) };
  } catch (error) {
    if (!(error instanceof JiraRequestError)) throw error;
    if (error.effect === 'unknown') return { kind: 'answered', mapped: unaccounted(rows) };
    if (error.status !== 400 && error.status !== 413) return { kind: 'stopped', error };
    const mapped = error.status === 400 ? mapBulkAnswer(rows, error.body) : undefined;
    return mapped === undefined ? { kind: 'refused', error } : { kind: 'answered', mapped };
  }
}

function unaccounted<Row>(rows: readonly Row[]): MappedAnswer<Row> {
  return { outcomes: new Map(), unaccounted: rows };
}

/** One row can spoil a whole request: halving finds it and lets the others through. */
async function splitRefused<Row extends SendableRow>(
  session: JiraSession,
  projectKey: string,
  rows: readonly Row[],
  error: JiraRequestError,
  outcomes: Map<Row, RowOutcome>,
): Promise<CreatedRows<Row>> {
  const [only] = rows;
  if (rows.length === 1 && only !== undefined) {
    const messages = readJiraMessages(error.body).map(({ path, message }) => ({
      ...(path === '' ? {} : { field: path }),
      message,
    }));
    outcomes.set(only, {
      status: 'failed',
      errors: messages.length > 0 ? messages : [{ message: error.message }],
    });
    return { outcomes };
  }
  const middle = Math.ceil(rows.length / 2);
  for (const half of [rows.slice(0, middle), rows.slice(middle)]) {
    const created = await createRows(session, projectKey, half);
    for (const [row, outcome] of created.outcomes) outcomes.set(row, outcome);
    if (created.stoppedBy !== undefined) return { outcomes, stoppedBy: created.stoppedBy };
  }
  return { outcomes };
}

/** Looks for the rows by label until all are there or Jira's time is up. `isKnown` is false when the last look failed. */
async function settle<Row extends SendableRow>(
  session: JiraSession,
  projectKey: string,
  rows: readonly Row[],
): Promise<{ outcomes: Map<Row, RowOutcome>; missing: readonly Row[]; isKnown: boolean }> {
  const outcomes = new Map<Row, RowOutcome>();
  let missing = rows;
  let isKnown = false;
  for (const delayMs of session.connection.limits.settleDelaysMs) {
    await session.connection.wait(delayMs, session.signal);
    try {
      const found = await findRows(
        session,
        projectKey,
        missing.map(({ label }) => label),
      );
      for (const row of missing) {
        const issue = found.get(row.label);
        if (issue !== undefined) outcomes.set(row, { status: 'created', ...issue });
      }
      missing = missing.filter((row) => !outcomes.has(row));
      isKnown = true;
    } catch (error) {
      if (!(error instanceof JiraRequestError)) throw error;
      isKnown = false;
    }
    if (missing.length === 0) break;
  }
  return { outcomes, missing, isKnown };
}
