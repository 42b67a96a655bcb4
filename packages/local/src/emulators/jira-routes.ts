import type { JiraAnswer } from './jira-answer.ts';
import { bulkFetchIssues, createIssue, createIssues, getIssue } from './jira-issues.ts';
import {
  createProject,
  deleteProject,
  getCreateMetaIssueTypes,
  getProject,
  getProjectIssueTypes,
  searchProjects,
  validateProjectKey,
  validProjectKey,
  validProjectName,
} from './jira-projects.ts';
import type { JiraRequest } from './jira-request.ts';
import { searchByJql, searchGone } from './jira-search.ts';
import { getMyPermissions, getMyself, getUser, searchUsers } from './jira-users.ts';

type Handler = (request: JiraRequest, segment: string) => JiraAnswer;

/** `*` is one path segment, handed to the handler; the first match wins. */
const routes: readonly (readonly [method: string, path: string, handler: Handler])[] = [
  ['GET', '/rest/api/3/serverInfo', getServerInfo],
  ['GET', '/rest/api/3/myself', getMyself],
  ['GET', '/rest/api/3/mypermissions', getMyPermissions],
  ['GET', '/rest/api/3/user', getUser],
  ['GET', '/rest/api/3/user/search', searchUsers],
  ['GET', '/rest/api/3/project/search', searchProjects],
  ['POST', '/rest/api/3/project', createProject],
  ['GET', '/rest/api/3/project/*', getProject],
  ['DELETE', '/rest/api/3/project/*', deleteProject],
  ['GET', '/rest/api/3/projectvalidate/key', validateProjectKey],
  ['GET', '/rest/api/3/projectvalidate/validProjectKey', validProjectKey],
  ['GET', '/rest/api/3/projectvalidate/validProjectName', validProjectName],
  ['GET', '/rest/api/3/issuetype/project', getProjectIssueTypes],
  ['GET', '/rest/api/3/issue/createmeta/*/issuetypes', getCreateMetaIssueTypes],
  ['POST', '/rest/api/3/issue/bulk', createIssues],
  ['POST', '/rest/api/3/issue/bulkfetch', bulkFetchIssues],
  ['POST', '/rest/api/3/issue', createIssue],
  ['GET', '/rest/api/3/issue/*', getIssue],
  ['GET', '/rest/api/3/search/jql', searchByJql],
  ['POST', '/rest/api/3/search/jql', searchByJql],
  ['GET', '/rest/api/3/search', searchGone],
  ['POST', '/rest/api/3/search', searchGone],
  ['GET', '/rest/api/2/search', searchGone],
  ['POST', '/rest/api/2/search', searchGone],
];

export function routeJiraRequest(request: JiraRequest): JiraAnswer {
  let isPathKnown = false;
  for (const [method, pattern, handler] of routes) {
    const segment = matchPath(pattern, request.path);
    if (segment === undefined) continue;
    isPathKnown = true;
    if (method === request.method) return handler(request, segment);
  }
  return isPathKnown
    ? { status: 405, body: { message: 'HTTP 405 Method Not Allowed', 'status-code': 405 } }
    : {
        status: 404,
        body: { message: `null for uri: ${request.siteUrl}${request.path}`, 'status-code': 404 },
      };
}

function matchPath(pattern: string, path: string): string | undefined {
  if (!pattern.includes('*')) return pattern === path ? '' : undefined;
  const [before = '', after = ''] = pattern.split('*');
  if (!path.startsWith(before) || !path.endsWith(after) || path.length <= before.length + after.length)
    return undefined;
  const segment = path.slice(before.length, path.length - after.length);
  return segment.includes('/') ? undefined : decodeURIComponent(segment);
}

function getServerInfo({ siteUrl, nowMs }: JiraRequest): JiraAnswer {
  return {
    status: 200,
    body: {
      baseUrl: siteUrl,
      version: '1001.0.0-SNAPSHOT',
      versionNumbers: [1001, 0, 0],
      deploymentType: 'Cloud',
      buildNumber: 100_000,
      serverTime: new Date(nowMs).toISOString().replace('Z', '+0000'),
      serverTitle: 'Jira (emulated)',
    },
  };
}
