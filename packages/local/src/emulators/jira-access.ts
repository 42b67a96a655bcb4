import { JiraRefusal } from './jira-answer.ts';
import type { JiraRequest } from './jira-request.ts';
import type { JiraIssue, JiraProject, JiraUser } from './jira-state.ts';

/** Endpoints that demand a login answer 401; the others treat the caller as anonymous, who sees nothing of this site. */
export function requireUser({ user }: JiraRequest): JiraUser {
  if (user === undefined)
    throw new JiraRefusal(401, [
      'You are not authenticated. Authentication required to perform this operation.',
    ]);
  return user;
}

export function findProject({ store, user }: JiraRequest, idOrKey: string): JiraProject | undefined {
  if (user === undefined) return undefined;
  for (const project of store.state.projects.values())
    if ((project.id === idOrKey || project.key === idOrKey.toUpperCase()) && !project.is_deleted)
      return project;
  return undefined;
}

export function requireProject(request: JiraRequest, idOrKey: string): JiraProject {
  const project = findProject(request, idOrKey);
  if (project === undefined)
    throw new JiraRefusal(404, [
      /^\d+$/.test(idOrKey)
        ? `No project could be found with id '${idOrKey}'.`
        : `No project could be found with key '${idOrKey}'.`,
    ]);
  return project;
}

export function findIssue({ store, user }: JiraRequest, idOrKey: string): JiraIssue | undefined {
  if (user === undefined) return undefined;
  const byKey = store.state.issues.get(idOrKey.toUpperCase());
  const issue =
    byKey ??
    (/^\d+$/.test(idOrKey) ? [...store.state.issues.values()].find(({ id }) => id === idOrKey) : undefined);
  return issue !== undefined && store.state.projects.get(issue.project_id)?.is_deleted === false
    ? issue
    : undefined;
}

export function asRecord(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}
