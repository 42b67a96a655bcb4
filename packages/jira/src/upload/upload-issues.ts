import { browseUrl } from '../client/browse-url.ts';
import { rateLimitDetails } from '../client/explain-jira-error.ts';
import type { JiraRequestError } from '../client/jira-request-error.ts';
import type { JiraSession } from '../client/jira-session.ts';
import { createRows } from './create-rows.ts';
import { findRows } from './find-rows.ts';
import { inChunks } from './in-chunks.ts';
import { planUpload } from './plan-upload.ts';
import { readUploadTarget, type TypedRow } from './read-upload-target.ts';
import { toIssueFields } from './to-issue-fields.ts';
import { type RowOutcome, rowStatuses, type UploadInput, type UploadOutput } from './upload-schemas.ts';

/** Jira's limit for one bulk request. */
const rowsPerRequest = 50;

/**
 * Creates the issues in requests of 50, parents before children, and says of every row what became of it. Rows that an
 * earlier call made are found by their label. Throws when nothing at all could be done.
 */
export async function uploadIssues(session: JiraSession, input: UploadInput): Promise<UploadOutput> {
  const planned = planUpload(input);
  const { rows } = await readUploadTarget(session, input.project_key, planned);
  const outcomes = await findExisting(session, input.project_key, rows);
  for (const row of rows)
    if (row.problems.length > 0 && !outcomes.has(row.row)) outcomes.set(row.row, refusedRow(row));

  let stoppedBy: JiraRequestError | undefined;
  const depth = Math.max(...rows.map(({ level }) => level));
  for (let level = 0; level <= depth && stoppedBy === undefined; level += 1) {
    const ready = rows.flatMap((row) => prepare(row, level, outcomes, input.project_key));
    for (const chunk of inChunks(ready, rowsPerRequest)) {
      const created = await createRows(session, input.project_key, chunk);
      for (const [{ row }, outcome] of created.outcomes) outcomes.set(row, outcome);
      stoppedBy = created.stoppedBy;
      if (stoppedBy !== undefined) break;
    }
  }
  if (
    stoppedBy !== undefined &&
    ![...outcomes.values()].some(({ status }) => status === 'created' || status === 'unknown')
  )
    throw stoppedBy;
  return toOutput(session, input, rows, outcomes, stoppedBy);
}

/**
 * Some rows there and some not looks like a call that died half-way, whose last request Jira may still be working on: look
 * until nothing new turns up.
 */
async function findExisting(
  session: JiraSession,
  projectKey: string,
  rows: readonly TypedRow[],
): Promise<Map<number, RowOutcome>> {
  const labels = rows.map(({ label }) => label);
  let found = await findRows(session, projectKey, labels);
  for (const delayMs of session.connection.limits.settleDelaysMs) {
    if (found.size === 0 || found.size === rows.length) break;
    await session.connection.wait(delayMs, session.signal);
    const again = await findRows(session, projectKey, labels);
    if (again.size === found.size) break;
    found = again;
  }
  const outcomes = new Map<number, RowOutcome>();
  for (const { row, label } of rows) {
    const issue = found.get(label);
    if (issue !== undefined) outcomes.set(row, { status: 'existing', ...issue });
  }
  return outcomes;
}

function refusedRow({ problems }: TypedRow): RowOutcome {
  return { status: 'failed', errors: problems.map(({ path, message }) => ({ field: path, message })) };
}

/** The row as it is sent, or nothing: when it is of another level, is dealt with, or its parent isn't there. */
function prepare(row: TypedRow, level: number, outcomes: Map<number, RowOutcome>, projectKey: string) {
  if (row.level !== level || outcomes.has(row.row)) return [];
  let parentKey: string | undefined;
  if (row.parent !== undefined) {
    parentKey = 'key' in row.parent ? row.parent.key : outcomes.get(row.parent.row)?.key;
    if (parentKey === undefined) {
      const what = 'row' in row.parent ? `issues[${row.parent.row}]` : 'its parent';
      outcomes.set(row.row, {
        status: 'failed',
        errors: [{ field: 'parent', message: `was not tried: ${what} is not there` }],
      });
      return [];
    }
  }
  if (row.issueType === undefined) return [];
  return [
    { row: row.row, label: row.label, fields: toIssueFields(row, projectKey, row.issueType.id, parentKey) },
  ];
}

function toOutput(
  session: JiraSession,
  input: UploadInput,
  rows: readonly TypedRow[],
  outcomes: ReadonlyMap<number, RowOutcome>,
  stoppedBy: JiraRequestError | undefined,
): UploadOutput {
  const notTried: RowOutcome = {
    status: 'failed',
    errors: [{ message: `was not created: ${stoppedBy?.message ?? 'Jira took no more rows'}` }],
  };
  const results = rows.map(({ row, input: { external_id } }) => {
    const outcome = outcomes.get(row) ?? notTried;
    const url = outcome.key === undefined ? undefined : browseUrl(session.connection, outcome.key);
    return {
      row,
      ...(external_id === undefined ? {} : { external_id }),
      ...outcome,
      ...(url === undefined ? {} : { url }),
    };
  });
  const counts = Object.fromEntries(
    rowStatuses.map((status) => [status, results.filter((result) => result.status === status).length]),
  ) as UploadOutput['counts'];
  return {
    project_key: input.project_key,
    counts,
    rows: results,
    ...(stoppedBy === undefined ? {} : rateLimitDetails(stoppedBy)),
  };
}
