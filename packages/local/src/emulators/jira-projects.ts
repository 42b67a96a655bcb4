import { asRecord, findProject, requireProject, requireUser } from './jira-access.ts';
import { type JiraAnswer, JiraRefusal } from './jira-answer.ts';
import { issueTypesOf, isTeamManaged, projectTypeOf } from './jira-project-templates.ts';
import { renderIssueType, renderProject } from './jira-render.ts';
import type { JiraRequest } from './jira-request.ts';
import type { JiraProject } from './jira-state.ts';

const keyPattern = /^[A-Z][A-Z0-9]+$/;

export function getProject(request: JiraRequest, idOrKey: string): JiraAnswer {
  return {
    status: 200,
    body: renderProject(requireProject(request, idOrKey), request.store.state, request.siteUrl),
  };
}

export function searchProjects(request: JiraRequest): JiraAnswer {
  const { query, store, siteUrl, user } = request;
  const text = query.get('query')?.toLowerCase() ?? '';
  const keys = query.getAll('keys');
  const startAt = Number(query.get('startAt') ?? 0);
  const maxResults = Math.min(Number(query.get('maxResults') ?? 50), 50);
  const projects = [...store.state.projects.values()].filter(
    (project) =>
      user !== undefined &&
      !project.is_deleted &&
      (text === '' ||
        project.name.toLowerCase().includes(text) ||
        project.key.toLowerCase().includes(text)) &&
      (keys.length === 0 || keys.includes(project.key)),
  );
  const values = projects.slice(startAt, startAt + maxResults);
  return {
    status: 200,
    body: {
      self: `${siteUrl}/rest/api/3/project/search`,
      maxResults,
      startAt,
      total: projects.length,
      isLast: startAt + values.length >= projects.length,
      values: values.map((project) => renderProject(project, store.state, siteUrl)),
    },
  };
}

export function createProject(request: JiraRequest): JiraAnswer {
  const user = requireUser(request);
  if (!user.is_admin) throw new JiraRefusal(403, ['You do not have permission to create projects.']);
  const { store, siteUrl } = request;
  const { key, name, leadAccountId, lead, projectTypeKey, projectTemplateKey } = asRecord(request.body);
  const errors: Record<string, string> = {};
  const keyProblem = projectKeyProblem(request, key);
  if (keyProblem !== undefined) errors.projectKey = keyProblem;
  const nameProblem = projectNameProblem(request, name);
  if (nameProblem !== undefined) errors.projectName = nameProblem;
  const leadUser = typeof leadAccountId === 'string' ? store.state.users.get(leadAccountId) : undefined;
  if (lead !== undefined || leadUser === undefined || !leadUser.is_active)
    errors.projectLead = 'You must specify a valid project lead.';
  const template = typeof projectTemplateKey === 'string' ? projectTemplateKey : undefined;
  const typeOfTemplate = template === undefined ? undefined : projectTypeOf(template);
  const type = projectTypeKey ?? typeOfTemplate;
  if (template !== undefined && typeOfTemplate === undefined)
    errors.projectTemplateKey = `The project template '${template}' doesn't exist.`;
  else if (
    typeof type !== 'string' ||
    !['software', 'business', 'service_desk', 'product_discovery', 'customer_service'].includes(type)
  )
    errors.projectTypeKey = 'The project type is invalid.';
  else if (typeOfTemplate !== undefined && typeOfTemplate !== type)
    errors.projectTemplateKey = `The project template '${template}' isn't valid for the project type '${type}'.`;
  if (Object.keys(errors).length > 0) throw new JiraRefusal(400, [], errors);

  const firstId = store.state.nextId;
  const project: JiraProject = {
    id: String(firstId),
    key: String(key),
    name: String(name),
    lead_account_id: String(leadAccountId),
    type_key: String(type),
    is_team_managed: isTeamManaged(template),
    issue_types: issueTypesOf(String(type), template, firstId + 1),
    is_deleted: false,
  };
  store.append({ kind: 'project_created', project });
  return {
    status: 201,
    body: { self: `${siteUrl}/rest/api/3/project/${project.id}`, id: Number(project.id), key: project.key },
  };
}

/** To the trash: the project is gone for everybody, its key and name stay in use. */
export function deleteProject(request: JiraRequest, idOrKey: string): JiraAnswer {
  if (!requireUser(request).is_admin)
    throw new JiraRefusal(403, ['The user does not have permission to delete projects.']);
  const project = requireProject(request, idOrKey);
  request.store.append({ kind: 'project_deleted', project_id: project.id });
  return { status: 204 };
}

/** 200 either way: the body says whether the key is free. */
export function validateProjectKey(request: JiraRequest): JiraAnswer {
  const problem = projectKeyProblem(request, request.query.get('key') ?? '');
  return {
    status: 200,
    body: { errorMessages: [], errors: problem === undefined ? {} : { projectKey: problem } },
  };
}

export function validProjectKey(request: JiraRequest): JiraAnswer {
  const wanted = request.query.get('key') ?? '';
  if (projectKeyProblem(request, wanted) === undefined) return { status: 200, body: wanted };
  for (;;) {
    const letters = Array.from({ length: 4 }, () =>
      String.fromCharCode(65 + Math.floor(Math.random() * 26)),
    ).join('');
    if (projectKeyProblem(request, letters) === undefined) return { status: 200, body: letters };
  }
}

export function validProjectName(request: JiraRequest): JiraAnswer {
  const wanted = request.query.get('name') ?? '';
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? wanted : `${wanted} ${number}`;
    if (projectNameProblem(request, name) === undefined) return { status: 200, body: name };
  }
}

export function getCreateMetaIssueTypes(request: JiraRequest, idOrKey: string): JiraAnswer {
  const project = requireProject(request, idOrKey);
  const startAt = Number(request.query.get('startAt') ?? 0);
  const maxResults = Math.min(Number(request.query.get('maxResults') ?? 50), 200);
  const issueTypes = project.issue_types
    .slice(startAt, startAt + maxResults)
    .map((type) => renderIssueType(type, project, request.siteUrl));
  return { status: 200, body: { issueTypes, maxResults, startAt, total: project.issue_types.length } };
}

export function getProjectIssueTypes(request: JiraRequest): JiraAnswer {
  const project = findProject(request, request.query.get('projectId') ?? '');
  if (project === undefined) throw new JiraRefusal(404, ['The project does not exist or you cannot see it.']);
  return {
    status: 200,
    body: project.issue_types.map((type) => renderIssueType(type, project, request.siteUrl)),
  };
}

function projectKeyProblem({ store }: JiraRequest, key: unknown): string | undefined {
  if (typeof key !== 'string' || key === '') return 'You must specify a valid project key.';
  if (key.length > 10) return 'The project key must not exceed 10 characters in length.';
  if (key.length < 2 || !keyPattern.test(key))
    return 'Project keys must start with an uppercase letter, followed by one or more uppercase alphanumeric characters.';
  const owner = [...store.state.projects.values()].find((project) => project.key === key);
  return owner === undefined ? undefined : `Project '${owner.name}' uses this project key.`;
}

function projectNameProblem({ store }: JiraRequest, name: unknown): string | undefined {
  if (typeof name !== 'string' || name.trim().length < 2) return 'You must specify a valid project name.';
  if (name.length > 80) return 'The project name must not exceed 80 characters in length.';
  const isTaken = [...store.state.projects.values()].some(
    (project) => project.name.toLowerCase() === name.toLowerCase(),
  );
  return isTaken ? 'A project with that name already exists.' : undefined;
}
