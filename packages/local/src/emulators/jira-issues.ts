import { asRecord, findIssue, requireUser } from './jira-access.ts';
import { type JiraAnswer, JiraRefusal } from './jira-answer.ts';
import { checkIssue } from './jira-issue-check.ts';
import { renderIssue } from './jira-render.ts';
import type { JiraRequest } from './jira-request.ts';
import type { JiraIssue, JiraUser } from './jira-state.ts';

const maxBulkIssues = 50;

/** 201 when at least one was created, else 400; one shape for both. */
export function createIssues(request: JiraRequest): JiraAnswer {
  const user = requireUser(request);
  const { issueUpdates } = asRecord(request.body);
  if (!Array.isArray(issueUpdates) || issueUpdates.length === 0)
    throw new JiraRefusal(400, ['issueUpdates must contain at least one issue.']);
  if (issueUpdates.length > maxBulkIssues)
    throw new JiraRefusal(400, [`Cannot create more than ${maxBulkIssues} issues in bulk.`]);
  const checked = issueUpdates
    .slice(0, request.applyRows ?? issueUpdates.length)
    .map((element) => checkIssue(request, element));
  const accepted = checked.filter((check) => check.kind === 'accepted');
  const created = storeIssues(request, user, accepted);
  const errors = checked.flatMap((check, failedElementNumber) =>
    check.kind === 'refused' ? [{ status: 400, elementErrors: check.refusal, failedElementNumber }] : [],
  );
  return {
    status: created.length > 0 ? 201 : 400,
    body: { issues: created.map((issue) => identify(issue, request.siteUrl)), errors },
  };
}

export function createIssue(request: JiraRequest): JiraAnswer {
  const user = requireUser(request);
  const checked = checkIssue(request, request.body);
  if (checked.kind === 'refused') return { status: 400, body: checked.refusal };
  const [issue] = storeIssues(request, user, [checked]);
  return { status: 201, body: issue === undefined ? {} : identify(issue, request.siteUrl) };
}

export function getIssue(request: JiraRequest, idOrKey: string): JiraAnswer {
  const issue = findIssue(request, idOrKey);
  if (issue === undefined)
    throw new JiraRefusal(404, ['Issue does not exist or you do not have permission to see it.']);
  const wanted = request.query.getAll('fields').flatMap((text) => text.split(','));
  return {
    status: 200,
    body: renderIssue(issue, request.store.state, request.siteUrl, wanted.length === 0 ? undefined : wanted),
  };
}

/** Reads by key, so that it sees what the search index doesn't yet. */
export function bulkFetchIssues(request: JiraRequest): JiraAnswer {
  const { issueIdsOrKeys, fields } = asRecord(request.body);
  if (!Array.isArray(issueIdsOrKeys) || issueIdsOrKeys.length === 0 || issueIdsOrKeys.length > 100)
    throw new JiraRefusal(400, ['issueIdsOrKeys must contain between 1 and 100 ids or keys.']);
  const wanted = Array.isArray(fields) ? fields.map(String) : ['*navigable'];
  const issues: JiraIssue[] = [];
  const issueErrors: { id: string; errorMessage: string }[] = [];
  for (const idOrKey of issueIdsOrKeys.map(String)) {
    const issue = findIssue(request, idOrKey);
    if (issue === undefined)
      issueErrors.push({
        id: idOrKey,
        errorMessage: 'Issue does not exist or you do not have permission to see it.',
      });
    else issues.push(issue);
  }
  issues.sort((a, b) => Number(a.id) - Number(b.id));
  return {
    status: 200,
    body: {
      expand: 'renderedFields,names,schema,operations,editmeta,changelog,versionedRepresentations',
      issues: issues.map((issue) => renderIssue(issue, request.store.state, request.siteUrl, wanted)),
      issueErrors,
    },
  };
}

function storeIssues(
  { store, nowMs }: JiraRequest,
  creator: JiraUser,
  accepted: readonly {
    readonly project: { id: string; key: string };
    readonly fields: JiraIssue['fields'];
  }[],
): JiraIssue[] {
  const counts = new Map(store.state.issueCounts);
  const issues = accepted.map(({ project, fields }, index) => {
    const number = (counts.get(project.id) ?? 0) + 1;
    counts.set(project.id, number);
    return {
      id: String(store.state.nextId + index),
      key: `${project.key}-${number}`,
      project_id: project.id,
      created_at_ms: nowMs,
      creator_account_id: creator.account_id,
      fields,
    };
  });
  if (issues.length > 0) store.append({ kind: 'issues_created', issues });
  return issues;
}

function identify({ id, key }: JiraIssue, siteUrl: string) {
  return { id, key, self: `${siteUrl}/rest/api/3/issue/${id}` };
}
