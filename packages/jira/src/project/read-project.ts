import { JiraRequestError } from '../client/jira-request-error.ts';
import type { JiraSession } from '../client/jira-session.ts';

export interface ProjectFacts {
  readonly id: string;
  readonly key: string;
  readonly name: string;
  readonly leadAccountId: string | undefined;
  readonly projectType: string;
  readonly isArchived: boolean;
}

/** The project with this key as the account sees it; `undefined` for 404, which also means "not visible". */
export async function readProject(session: JiraSession, key: string): Promise<ProjectFacts | undefined> {
  try {
    const project = await session.endpoints.getProject(session.client, {
      projectIdOrKey: key,
      expand: 'lead',
    });
    return toProjectFacts(project);
  } catch (error) {
    if (error instanceof JiraRequestError && error.status === 404) return undefined;
    throw error;
  }
}

/** The project of exactly this name (Jira compares names without case). */
export async function findProjectByName(
  session: JiraSession,
  name: string,
): Promise<ProjectFacts | undefined> {
  const wanted = name.toLowerCase();
  for (let startAt = 0; ; ) {
    const page = await session.endpoints.searchProjects(session.client, {
      query: name,
      expand: 'lead',
      maxResults: 50,
      startAt,
    });
    const found = page.values.find((project) => project.name?.toLowerCase() === wanted);
    if (found !== undefined) return toProjectFacts(found);
    startAt += page.values.length;
    if (page.isLast || page.values.length === 0) return undefined;
  }
}

function toProjectFacts(project: Awaited<ReturnType<JiraSession['endpoints']['getProject']>>): ProjectFacts {
  const { id, key, name } = project;
  if (id === undefined || key === undefined || name === undefined)
    throw new JiraRequestError('none', 'Jira described a project without id, key or name');
  return {
    id,
    key,
    name,
    leadAccountId: project.lead?.accountId,
    projectType: project.projectTypeKey ?? 'software',
    isArchived: project.archived === true || project.deleted === true,
  };
}
