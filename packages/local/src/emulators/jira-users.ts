import { findProject, requireUser } from './jira-access.ts';
import { type JiraAnswer, JiraRefusal } from './jira-answer.ts';
import { renderUser } from './jira-render.ts';
import type { JiraRequest } from './jira-request.ts';

export function getMyself(request: JiraRequest): JiraAnswer {
  // This endpoint words its refusal differently from the others.
  if (request.user === undefined)
    return {
      status: 401,
      body: { message: 'Client must be authenticated to access this resource.', 'status-code': 401 },
    };
  return { status: 200, body: renderUser(request.user, request.siteUrl) };
}

export function getUser(request: JiraRequest): JiraAnswer {
  requireUser(request);
  const accountId = request.query.get('accountId');
  if (accountId === null || accountId === '')
    throw new JiraRefusal(400, ["The query parameter 'accountId' was not provided."]);
  const user = request.store.state.users.get(accountId);
  if (user === undefined)
    throw new JiraRefusal(404, ['Specified user does not exist or you do not have required permissions']);
  return { status: 200, body: renderUser(user, request.siteUrl) };
}

export function searchUsers(request: JiraRequest): JiraAnswer {
  requireUser(request);
  const text = request.query.get('query')?.toLowerCase();
  const accountId = request.query.get('accountId');
  if (text === undefined && accountId === null)
    throw new JiraRefusal(400, ['One of query, property or accountId must be provided.']);
  const startAt = Number(request.query.get('startAt') ?? 0);
  const users = [...request.store.state.users.values()].filter((user) =>
    accountId !== null
      ? user.account_id === accountId
      : [user.display_name, user.email].some((value) => value.toLowerCase().includes(text ?? '')),
  );
  const page = users.slice(startAt, startAt + Number(request.query.get('maxResults') ?? 50));
  return { status: 200, body: page.map((user) => renderUser(user, request.siteUrl)) };
}

const permissionIds: Readonly<Record<string, { id: string; name: string; type: 'GLOBAL' | 'PROJECT' }>> = {
  ADMINISTER: { id: '0', name: 'Administer Jira', type: 'GLOBAL' },
  CREATE_ISSUES: { id: '11', name: 'Create Issues', type: 'PROJECT' },
  BROWSE_PROJECTS: { id: '10', name: 'Browse Projects', type: 'PROJECT' },
};

export function getMyPermissions(request: JiraRequest): JiraAnswer {
  const keys = request.query.getAll('permissions').flatMap((text) => text.split(','));
  if (keys.length === 0) throw new JiraRefusal(400, ["The 'permissions' query parameter is required."]);
  const projectKey = request.query.get('projectKey');
  if (projectKey !== null && findProject(request, projectKey) === undefined)
    throw new JiraRefusal(404, [`No project could be found with key '${projectKey}'.`]);
  const permissions = Object.fromEntries(
    keys.map((key) => {
      const known = permissionIds[key];
      if (known === undefined) throw new JiraRefusal(400, [`Unrecognised permission: ${key}`]);
      const havePermission =
        key === 'ADMINISTER' ? request.user?.is_admin === true : request.user !== undefined;
      return [key, { ...known, key, description: '', havePermission }];
    }),
  );
  return { status: 200, body: { permissions } };
}
