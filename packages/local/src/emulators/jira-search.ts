import { createHash } from 'node:crypto';
import { asRecord, findProject } from './jira-access.ts';
import { type JiraAnswer, JiraRefusal } from './jira-answer.ts';
import { compareByJql, matchesJql, parseJql } from './jira-jql.ts';
import { renderIssue } from './jira-render.ts';
import type { JiraRequest } from './jira-request.ts';
import type { JiraIssue } from './jira-state.ts';

/** `/search/jql`: eventually consistent, cursor by `nextPageToken`, ids only unless fields are asked for. */
export function searchByJql(request: JiraRequest): JiraAnswer {
  const { jql, maxResults, wanted, nextPageToken, reconcileIssues } = readParameters(request);
  const query = parseJql(jql);
  for (const { field, values } of query.clauses)
    if (field === 'project')
      for (const value of values)
        if (findProject(request, value) === undefined)
          throw new JiraRefusal(400, [`The value '${value}' does not exist for the field 'project'.`]);
  const found = visibleIssues(request, reconcileIssues)
    .filter((issue) => {
      const project = request.store.state.projects.get(issue.project_id);
      return project !== undefined && !project.is_deleted && matchesJql(query, issue, project);
    })
    .sort(compareByJql(query));
  const from = readPageToken(nextPageToken, jql);
  const page = found.slice(from, from + maxResults);
  const isLast = from + page.length >= found.length;
  return {
    status: 200,
    body: {
      issues: page.map((issue) =>
        wanted.length === 0
          ? { id: issue.id }
          : renderIssue(issue, request.store.state, request.siteUrl, wanted),
      ),
      isLast,
      ...(isLast ? {} : { nextPageToken: pageToken(from + page.length, jql) }),
    },
  };
}

/** Removed in 2025; callers of it get nothing else. */
export function searchGone(): JiraAnswer {
  throw new JiraRefusal(410, [
    'The requested API has been removed. Please migrate to the /rest/api/3/search/jql API. A full migration guideline is available at https://developer.atlassian.com/changelog/#CHANGE-2046',
  ]);
}

function readParameters({ method, query, body }: JiraRequest) {
  const given =
    method === 'GET'
      ? {
          jql: query.get('jql'),
          maxResults: query.has('maxResults') ? Number(query.get('maxResults')) : undefined,
          fields: query.getAll('fields').flatMap((text) => text.split(',')),
          nextPageToken: query.get('nextPageToken') ?? undefined,
          reconcileIssues: query.getAll('reconcileIssues').map(Number),
        }
      : asRecord(body);
  const { jql, maxResults = 50, fields = [], nextPageToken, reconcileIssues = [] } = given;
  if (
    typeof jql !== 'string' ||
    typeof maxResults !== 'number' ||
    !Array.isArray(fields) ||
    !Array.isArray(reconcileIssues)
  )
    throw new JiraRefusal(400, [
      'Invalid request payload. Refer to the REST API documentation and try again.',
    ]);
  if (reconcileIssues.length > 50) throw new JiraRefusal(400, ['reconcileIssues accepts at most 50 ids.']);
  return {
    jql,
    maxResults: Math.min(Math.max(1, maxResults), 5000),
    wanted: fields.map(String).filter((field) => field !== 'id'),
    nextPageToken: typeof nextPageToken === 'string' ? nextPageToken : undefined,
    reconcileIssues: new Set(reconcileIssues.map(String)),
  };
}

function visibleIssues(
  { store, user, nowMs, searchLagMs }: JiraRequest,
  reconciled: ReadonlySet<string>,
): JiraIssue[] {
  if (user === undefined) return [];
  return [...store.state.issues.values()].filter(
    (issue) => issue.created_at_ms + searchLagMs <= nowMs || reconciled.has(issue.id),
  );
}

/** Opaque and bound to its query. */
function pageToken(from: number, jql: string): string {
  return Buffer.from(`${from}:${hashOf(jql)}`).toString('base64url');
}

function readPageToken(token: string | undefined, jql: string): number {
  if (token === undefined) return 0;
  const [from, hash] = Buffer.from(token, 'base64url').toString().split(':');
  if (hash !== hashOf(jql) || !Number.isInteger(Number(from)))
    throw new JiraRefusal(400, ['The provided next page token is invalid or expired.']);
  return Number(from);
}

function hashOf(jql: string): string {
  return createHash('sha256').update(jql).digest('hex').slice(0, 12);
}
