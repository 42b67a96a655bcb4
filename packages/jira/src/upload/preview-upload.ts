import { digestOf, ForbiddenError, InvalidInputError, type Preview } from '@hitl/core';
import type { JiraSession } from '../client/jira-session.ts';
import { type FoundIssue, findRows } from './find-rows.ts';
import { planUpload } from './plan-upload.ts';
import { readUploadTarget, type TypedRow, type UploadTarget } from './read-upload-target.ts';
import type { UploadInput } from './upload-schemas.ts';

/**
 * The state digest covers the project, the issue types and the parents. It leaves out which rows exist already: the search
 * index lags, and a retry after a crash in between finds its own issues; both would look like drift, and neither can make
 * the call create anything that was not shown.
 */
export async function previewUpload(session: JiraSession, input: UploadInput): Promise<Preview> {
  const target = await readUploadTarget(session, input.project_key, planUpload(input));
  refuseProblems(target.rows);
  await requireCreatePermission(session, input.project_key);
  const found = await findRows(
    session,
    input.project_key,
    target.rows.map(({ label }) => label),
  );
  const fresh = target.rows.filter(({ label }) => !found.has(label));
  return {
    summary: summarise(target, fresh, found.size),
    changes: target.rows.map((row) => describeRow(row, found.get(row.label))),
    warnings: warningsFor(fresh, found.size),
    state_digest: stateDigest(target),
  };
}

function refuseProblems(rows: readonly TypedRow[]): void {
  const errors = rows.flatMap(({ row, problems }) =>
    problems.map(({ path, message }) => ({ path: `issues[${row}].${path}`, message })),
  );
  const [first] = errors;
  if (first === undefined) return;
  throw new InvalidInputError(
    `Jira would refuse ${errors.length === 1 ? 'a row' : `${errors.length} rows`}: ${first.path}: ${first.message}`,
    { errors },
  );
}

async function requireCreatePermission(session: JiraSession, projectKey: string): Promise<void> {
  const { permissions } = await session.endpoints.getMyPermissions(session.client, {
    projectKey,
    permissions: 'CREATE_ISSUES',
  });
  const create: unknown = permissions?.CREATE_ISSUES;
  if (
    typeof create === 'object' &&
    create !== null &&
    'havePermission' in create &&
    create.havePermission === true
  )
    return;
  throw new ForbiddenError(
    'forbidden',
    `the Jira account ${session.connection.email} may not create issues in ${projectKey}`,
  );
}

function summarise({ project }: UploadTarget, fresh: readonly TypedRow[], existing: number): string {
  const perType = new Map<string, number>();
  for (const { issueType } of fresh) {
    const name = issueType?.name ?? 'issue';
    perType.set(name, (perType.get(name) ?? 0) + 1);
  }
  const types = [...perType].map(([name, count]) => `${count} ${name}`).join(', ');
  const where = `${project.key} ("${project.name}")`;
  const kept = existing === 0 ? '' : `; ${existing} of the rows exist already and stay as they are`;
  if (fresh.length === 0) return `All ${existing} rows exist already in ${where}: nothing will change`;
  return `Create ${fresh.length} ${fresh.length === 1 ? 'issue' : 'issues'} in ${where}: ${types}${kept}`;
}

function describeRow(row: TypedRow, found: FoundIssue | undefined): Preview['changes'][number] {
  const path = `issues[${row.row}]`;
  if (found !== undefined) return { path, before: { key: found.key }, after: { key: found.key } };
  const { summary, parent, labels = [] } = row.input;
  return {
    path,
    after: {
      issue_type: row.issueType?.name ?? null,
      summary,
      ...(parent === undefined ? {} : { parent }),
      labels: [...labels, row.label],
    },
  };
}

function warningsFor(fresh: readonly TypedRow[], existing: number): string[] {
  return [
    ...(existing > 0
      ? [
          'Rows that exist already were uploaded before with the same content; give another batch name to create them again.',
        ]
      : []),
    ...(fresh.length > 0
      ? ['Every new issue gets a label upl-…, by which a retry finds it instead of creating it twice.']
      : []),
  ];
}

function stateDigest({ project, rows, parents }: UploadTarget): string {
  const types = new Map(
    rows.flatMap(({ issueType }) => (issueType === undefined ? [] : [[issueType.id, issueType] as const])),
  );
  return digestOf({
    project: { id: project.id, key: project.key },
    issue_types: [...types.values()].sort((a, b) => a.id.localeCompare(b.id)),
    parents: [...parents]
      .map(([key, { id, level }]) => ({ key, id, level }))
      .sort((a, b) => a.key.localeCompare(b.key)),
  });
}
