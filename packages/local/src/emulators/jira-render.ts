import type { JiraIssue, JiraIssueType, JiraProject, JiraState, JiraUser } from './jira-state.ts';

/** The shapes in which Jira shows its things. */
export function renderUser(user: JiraUser, siteUrl: string) {
  return {
    self: `${siteUrl}/rest/api/3/user?accountId=${encodeURIComponent(user.account_id)}`,
    accountId: user.account_id,
    accountType: 'atlassian',
    emailAddress: user.email,
    avatarUrls: avatars(siteUrl, user.account_id),
    displayName: user.display_name,
    active: user.is_active,
    timeZone: 'Etc/UTC',
    locale: 'en_US',
  };
}

export function renderProject(project: JiraProject, state: JiraState, siteUrl: string) {
  const lead = state.users.get(project.lead_account_id);
  return {
    expand: 'description,lead,issueTypes,url,projectKeys,permissions,insight',
    self: `${siteUrl}/rest/api/3/project/${project.id}`,
    id: project.id,
    key: project.key,
    description: '',
    ...(lead === undefined ? {} : { lead: renderUser(lead, siteUrl) }),
    components: [],
    issueTypes: project.issue_types.map((type) => renderIssueType(type, project, siteUrl)),
    assigneeType: 'UNASSIGNED',
    versions: [],
    name: project.name,
    roles: {},
    avatarUrls: avatars(siteUrl, project.id),
    projectTypeKey: project.type_key,
    simplified: project.is_team_managed,
    style: project.is_team_managed ? 'next-gen' : 'classic',
    isPrivate: false,
    properties: {},
  };
}

export function renderIssueType(type: JiraIssueType, project: JiraProject, siteUrl: string) {
  return {
    self: `${siteUrl}/rest/api/3/issuetype/${type.id}`,
    id: type.id,
    description: '',
    iconUrl: `${siteUrl}/images/issuetypes/${type.id}.svg`,
    name: type.name,
    untranslatedName: type.name,
    subtask: type.level < 0,
    hierarchyLevel: type.level,
    ...(project.is_team_managed ? { scope: { type: 'PROJECT', project: { id: project.id } } } : {}),
  };
}

/** `wanted` undefined means all fields, as GET issue does. */
export function renderIssue(issue: JiraIssue, state: JiraState, siteUrl: string, wanted?: readonly string[]) {
  const project = state.projects.get(issue.project_id);
  const { fields } = issue;
  const type = project?.issue_types.find(({ id }) => id === fields.issue_type_id);
  const assignee =
    fields.assignee_account_id === undefined ? undefined : state.users.get(fields.assignee_account_id);
  const creator = state.users.get(issue.creator_account_id);
  const all: Record<string, unknown> = {
    summary: fields.summary,
    issuetype: type === undefined || project === undefined ? null : renderIssueType(type, project, siteUrl),
    project: project === undefined ? null : renderProject(project, state, siteUrl),
    labels: fields.labels,
    description: fields.description ?? null,
    priority: { name: fields.priority ?? 'Medium' },
    assignee: assignee === undefined ? null : renderUser(assignee, siteUrl),
    creator: creator === undefined ? null : renderUser(creator, siteUrl),
    reporter: creator === undefined ? null : renderUser(creator, siteUrl),
    duedate: fields.due_date ?? null,
    created: jiraTime(issue.created_at_ms),
    updated: jiraTime(issue.created_at_ms),
    status: { name: 'To Do', statusCategory: { key: 'new' } },
    ...(fields.parent_key === undefined ? {} : { parent: renderParent(fields.parent_key, state, siteUrl) }),
  };
  const isAll = wanted === undefined || wanted.includes('*all') || wanted.includes('*navigable');
  return {
    expand: 'renderedFields,names,schema,operations,editmeta,changelog,versionedRepresentations',
    id: issue.id,
    self: `${siteUrl}/rest/api/3/issue/${issue.id}`,
    key: issue.key,
    fields: isAll ? all : Object.fromEntries(Object.entries(all).filter(([name]) => wanted.includes(name))),
  };
}

function renderParent(key: string, state: JiraState, siteUrl: string) {
  const parent = state.issues.get(key);
  return parent === undefined
    ? { key }
    : {
        id: parent.id,
        key,
        self: `${siteUrl}/rest/api/3/issue/${parent.id}`,
        fields: { summary: parent.fields.summary },
      };
}

/** `2026-11-24T10:00:00.000+0000`: Jira writes the offset without a colon. */
function jiraTime(ms: number): string {
  return new Date(ms).toISOString().replace('Z', '+0000');
}

function avatars(siteUrl: string, id: string) {
  return Object.fromEntries(
    ['48x48', '24x24', '16x16', '32x32'].map((size) => [
      size,
      `${siteUrl}/avatars/${encodeURIComponent(id)}?size=${size}`,
    ]),
  );
}
