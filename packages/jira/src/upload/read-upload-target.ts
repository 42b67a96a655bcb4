import { type FieldError, InvalidInputError } from '@hitl/core';
import type { JiraSession } from '../client/jira-session.ts';
import { type ProjectFacts, readProject } from '../project/read-project.ts';
import { inChunks } from './in-chunks.ts';
import { chooseIssueType, type IssueType, listIssueTypes } from './issue-types.ts';
import type { PlannedRow } from './plan-upload.ts';

export interface TypedRow extends PlannedRow {
  readonly issueType: IssueType | undefined;
  /** Why Jira would refuse the row, as far as that is known without asking it; `path` within the row. */
  readonly problems: readonly FieldError[];
}

export interface UploadTarget {
  readonly project: ProjectFacts;
  readonly rows: readonly TypedRow[];
  /** Existing issues that rows name as parent. */
  readonly parents: ReadonlyMap<string, { readonly id: string; readonly level: number }>;
}

/** What the upload rests on, read from Jira: the project, its issue types, the parents. */
export async function readUploadTarget(
  session: JiraSession,
  projectKey: string,
  planned: readonly PlannedRow[],
): Promise<UploadTarget> {
  const project = await requireProject(session, projectKey);
  const types = await listIssueTypes(session, projectKey);
  const parents = await readParents(session, planned);
  const rows: TypedRow[] = [];
  for (const row of [...planned].sort((a, b) => a.level - b.level || a.row - b.row))
    rows[row.row] = typeRow(row, types, parents, rows);
  return { project, rows, parents };
}

async function requireProject(session: JiraSession, key: string): Promise<ProjectFacts> {
  const project = await readProject(session, key);
  if (project !== undefined && !project.isArchived) return project;
  // With wrong credentials Jira treats the caller as anonymous and hides the project instead of saying so: this does say so.
  if (project === undefined) await session.endpoints.getCurrentUser(session.client);
  const message =
    project === undefined
      ? `there is no project ${key}, or ${session.connection.email} can't see it`
      : `project ${key} is archived or deleted`;
  throw new InvalidInputError(message, { errors: [{ path: 'project_key', message }] });
}

async function readParents(
  session: JiraSession,
  rows: readonly PlannedRow[],
): Promise<Map<string, { id: string; level: number }>> {
  const keys = new Set(
    rows.flatMap(({ parent }) => (parent !== undefined && 'key' in parent ? [parent.key] : [])),
  );
  const parents = new Map<string, { id: string; level: number }>();
  for (const chunk of inChunks([...keys], 100)) {
    const { issues = [] } = await session.endpoints.bulkFetchIssues(session.client, {
      issueIdsOrKeys: chunk,
      fields: ['issuetype'],
    });
    for (const { id, key, fields } of issues) {
      const type: { hierarchyLevel?: unknown; subtask?: unknown } = fields?.issuetype ?? {};
      if (id === undefined || key === undefined) continue;
      const level =
        typeof type.hierarchyLevel === 'number' ? type.hierarchyLevel : type.subtask === true ? -1 : 0;
      parents.set(key, { id, level });
    }
  }
  return parents;
}

function typeRow(
  row: PlannedRow,
  types: readonly IssueType[],
  parents: UploadTarget['parents'],
  done: readonly (TypedRow | undefined)[],
): TypedRow {
  const { parent } = row;
  if (parent !== undefined && 'key' in parent && !parents.has(parent.key)) {
    const message = `there is no issue ${parent.key}, or it is not visible`;
    return { ...row, issueType: undefined, problems: [{ path: 'parent', message }] };
  }
  const parentType =
    parent === undefined
      ? undefined
      : 'key' in parent
        ? parents.get(parent.key)
        : done[parent.row]?.issueType;
  // A parent row without a type fails, and this row with it; its own type doesn't matter then.
  if (parent !== undefined && parentType === undefined) return { ...row, issueType: undefined, problems: [] };
  const chosen = chooseIssueType(types, row.input.issue_type, parentType);
  return typeof chosen === 'string'
    ? { ...row, issueType: undefined, problems: [{ path: 'issue_type', message: chosen }] }
    : { ...row, issueType: chosen, problems: [] };
}
