import { fork } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  bulkFetchIssues,
  createIssue,
  createIssues,
  createProject,
  findUsers,
  getCreateIssueMetaIssueTypes,
  getCurrentUser,
  getIssue,
  getMyPermissions,
  getProject,
  getUser,
  getValidProjectKey,
  getValidProjectName,
  searchAndReconsileIssuesUsingJql,
  searchAndReconsileIssuesUsingJqlPost,
  searchProjects,
  validateProjectKey,
} from 'jira.js/cloud';
import { createClient, isApiError, isRateLimitError } from 'jira.js/core';
import { type JiraEmulator, type JiraEmulatorOptions, startJiraEmulator } from './jira-cloud.ts';
import { defaultJiraSeed } from './jira-seed.ts';

const ada = '5b10a2844c20165700ede21g';

let dataDir: string;
let jira: JiraEmulator;
let nowMs: number;

async function start(options: Partial<JiraEmulatorOptions> = {}): Promise<void> {
  jira = await startJiraEmulator({ dataDir, now: () => nowMs, ...options });
}

beforeEach(async () => {
  nowMs = Date.UTC(2026, 10, 24);
  dataDir = await mkdtemp(join(tmpdir(), 'jira-emulator-'));
  await start();
});

afterEach(async () => {
  await jira.close();
  await rm(dataDir, { recursive: true, force: true });
});

/** The official client, which holds every answer against Atlassian's own schema. */
const client = (auth: { email: string; apiToken: string } = jira.credentials) =>
  createClient({ host: jira.url, auth: { type: 'basic', ...auth }, onSchemaMismatch: 'throw' });

const wrong = { email: 'automation@example.com', apiToken: 'wrong' };

async function refusal(call: Promise<unknown>): Promise<{ status: number; body: unknown }> {
  try {
    await call;
  } catch (error) {
    if (isApiError(error)) return { status: error.status, body: error.body };
    throw error;
  }
  throw new Error('was not refused');
}

const fieldError = (field: string, message: string) => ({
  status: 400,
  body: { errorMessages: [], errors: { [field]: message } },
});

const newProject = { key: 'NEW', name: 'New things', leadAccountId: ada, projectTypeKey: 'software' };

async function opsFields(summary: string, more: Record<string, unknown> = {}) {
  const { issueTypes = [] } = await getCreateIssueMetaIssueTypes(client(), { projectIdOrKey: 'OPS' });
  const task = issueTypes.find(({ name }) => name === 'Task');
  return { fields: { project: { key: 'OPS' }, issuetype: { id: task?.id }, summary, ...more } };
}

describe('the emulated Jira answers jira.js as Atlassian specifies', () => {
  it('for users and permissions', async () => {
    expect(await getCurrentUser(client())).toMatchObject({
      displayName: 'Automation',
      accountType: 'atlassian',
    });
    expect(await getUser(client(), { accountId: ada })).toMatchObject({
      displayName: 'Ada Admin',
      active: true,
    });
    expect(await findUsers(client(), { query: 'grace' })).toMatchObject([{ displayName: 'Grace Operator' }]);
    expect(
      await getMyPermissions(client(), { permissions: 'ADMINISTER,CREATE_ISSUES', projectKey: 'OPS' }),
    ).toMatchObject({
      permissions: { ADMINISTER: { havePermission: true }, CREATE_ISSUES: { havePermission: true } },
    });
    expect(await refusal(getUser(client(), { accountId: 'nobody' }))).toMatchObject({ status: 404 });
  });

  it('for projects', async () => {
    expect(await createProject(client(), newProject)).toMatchObject({ key: 'NEW', id: expect.any(Number) });
    expect(await getProject(client(), { projectIdOrKey: 'NEW' })).toMatchObject({
      name: 'New things',
      lead: { accountId: ada },
      style: 'next-gen',
      projectTypeKey: 'software',
    });
    expect(await searchProjects(client(), { query: 'new' })).toMatchObject({ total: 1, isLast: true });
    expect(await getProject(client(), { projectIdOrKey: 'OPS', expand: 'lead' })).toMatchObject({
      style: 'classic',
    });
  });

  it('for project keys and names', async () => {
    expect(await validateProjectKey(client(), { key: 'FREE' })).toEqual({ errorMessages: [], errors: {} });
    expect(await validateProjectKey(client(), { key: 'OPS' })).toEqual({
      errorMessages: [],
      errors: { projectKey: "Project 'Operations' uses this project key." },
    });
    expect(await getValidProjectKey(client(), { key: 'FREE' })).toBe('FREE');
    expect(await getValidProjectKey(client(), { key: 'OPS' })).toMatch(/^[A-Z]{4}$/);
    expect(await getValidProjectName(client(), { name: 'operations' })).toBe('operations 2');
  });

  it('for issues, one by one and in bulk', async () => {
    const created = await createIssue(client(), await opsFields('single'));
    expect(created).toMatchObject({ key: 'OPS-1' });
    const epic = { fields: { project: { key: 'OPS' }, issuetype: { name: 'Epic' }, summary: 'epic' } };
    expect(
      await createIssues(client(), { issueUpdates: [await opsFields('a'), await opsFields(''), epic] }),
    ).toMatchObject({
      issues: [{ key: 'OPS-2' }, { key: 'OPS-3' }],
      errors: [
        { status: 400, failedElementNumber: 1, elementErrors: { errors: { summary: expect.any(String) } } },
      ],
    });
    expect(await getIssue(client(), { issueIdOrKey: 'OPS-3' })).toMatchObject({
      key: 'OPS-3',
      fields: { summary: 'epic', issuetype: { name: 'Epic', hierarchyLevel: 1 } },
    });
    expect(
      await bulkFetchIssues(client(), { issueIdsOrKeys: ['OPS-2', 'OPS-9'], fields: ['summary'] }),
    ).toMatchObject({
      issues: [{ key: 'OPS-2', fields: { summary: 'a' } }],
      issueErrors: [{ id: 'OPS-9' }],
    });
  });

  it('for searches by GET and POST, page by page', async () => {
    await createIssues(client(), {
      issueUpdates: [
        await opsFields('a', { labels: ['x'] }),
        await opsFields('b', { labels: ['y'] }),
        await opsFields('c'),
      ],
    });
    const jql = 'project = "OPS" AND labels in ("x", y) ORDER BY key ASC';
    const first = await searchAndReconsileIssuesUsingJqlPost(client(), {
      jql,
      maxResults: 1,
      fields: ['labels'],
    });
    expect(first).toMatchObject({ isLast: false, issues: [{ key: 'OPS-1', fields: { labels: ['x'] } }] });
    const second = await searchAndReconsileIssuesUsingJql(client(), {
      jql,
      maxResults: 1,
      fields: ['labels'],
      nextPageToken: first.nextPageToken ?? '',
    });
    expect(second).toMatchObject({ isLast: true, issues: [{ key: 'OPS-2' }] });
    expect(second.nextPageToken).toBeUndefined();
    expect(await searchAndReconsileIssuesUsingJql(client(), { jql: 'key = OPS-3' })).toEqual({
      isLast: true,
      issues: [{ id: expect.any(String) }],
    });
  });
});

describe('the emulated Jira refuses as Jira does', () => {
  it('treats wrong credentials as anonymous: 401 where a login is needed, 404 for what is hidden', async () => {
    const anonymous = client(wrong);
    expect(await refusal(getCurrentUser(anonymous))).toMatchObject({ status: 401 });
    expect(await refusal(createProject(anonymous, newProject))).toMatchObject({ status: 401 });
    expect(await refusal(getProject(anonymous, { projectIdOrKey: 'OPS' }))).toEqual({
      status: 404,
      body: { errorMessages: ["No project could be found with key 'OPS'."], errors: {} },
    });
  });

  it('lets only administrators create projects', async () => {
    await jira.close();
    await start({
      seed: { users: [{ accountId: 'u', displayName: 'U', email: 'u@example.com', apiToken: 't' }] },
    });
    expect(await refusal(createProject(client(), newProject))).toMatchObject({ status: 403 });
  });

  it.each([
    [{ ...newProject, key: 'OPS' }, 'projectKey', "Project 'Operations' uses this project key."],
    [
      { ...newProject, key: 'TOOLONGAKEY' },
      'projectKey',
      'The project key must not exceed 10 characters in length.',
    ],
    [{ ...newProject, name: 'operations' }, 'projectName', 'A project with that name already exists.'],
    [{ ...newProject, leadAccountId: 'nobody' }, 'projectLead', 'You must specify a valid project lead.'],
  ])('refuses a project %#', async (project, field, message) => {
    expect(await refusal(createProject(client(), project))).toEqual(fieldError(field, message));
  });

  it.each([
    [
      { description: 'plain' },
      'description',
      'Operation value must be an Atlassian Document (see the Atlassian Document Format)',
    ],
    [{ labels: ['two words'] }, 'labels', "The label 'two words' contains spaces which is invalid."],
    [{ parent: { key: 'OPS-99' } }, 'parentId', 'Could not find issue by id or key.'],
    [{ priority: { name: 'Enormous' } }, 'priority', 'The priority selected is invalid.'],
    [
      { customfield_1: 1 },
      'customfield_1',
      "Field 'customfield_1' cannot be set. It is not on the appropriate screen, or unknown.",
    ],
  ])(
    'refuses the issue field %j, with 400 and the bulk shape when it is the only one',
    async (field, name, message) => {
      const { status, body } = await refusal(
        createIssues(client(), { issueUpdates: [await opsFields('x', field)] }),
      );
      expect(status).toBe(400);
      expect(body).toEqual({
        issues: [],
        errors: [
          {
            status: 400,
            failedElementNumber: 0,
            elementErrors: { errorMessages: [], errors: { [name]: message } },
          },
        ],
      });
    },
  );

  it.each([
    { type: 'doc', version: 2, content: [] },
    { type: 'doc', version: 1, content: [{ type: 'paragraph', content: [{ type: 'text', text: '' }] }] },
    { type: 'doc', version: 1, content: [{ type: 'bulletList', content: [] }] },
    { type: 'doc', version: 1, content: [{ type: 'marquee' }] },
  ])('refuses an invalid document %#', async (description) => {
    const { body } = await refusal(
      createIssues(client(), { issueUpdates: [await opsFields('x', { description })] }),
    );
    expect(body).toMatchObject({ errors: [{ elementErrors: { errorMessages: ['INVALID_INPUT'] } }] });
  });

  it('takes no more than 50 issues, and no parent of the same request', async () => {
    const issueUpdates = Array.from({ length: 51 }, (_, index) => ({ fields: { summary: String(index) } }));
    expect(await refusal(createIssues(client(), { issueUpdates }))).toMatchObject({ status: 400 });
    const epic = { fields: { project: { key: 'OPS' }, issuetype: { name: 'Epic' }, summary: 'epic' } };
    const answer = await createIssues(client(), {
      issueUpdates: [epic, await opsFields('child', { parent: { key: 'OPS-1' } })],
    });
    expect(answer).toMatchObject({ issues: [{ key: 'OPS-1' }], errors: [{ failedElementNumber: 1 }] });
  });

  it('answers the removed search with 410 and unknown paths with 404', async () => {
    for (const path of ['/rest/api/3/search?jql=project=OPS', '/rest/api/2/search'])
      expect((await fetch(`${jira.url}${path}`)).status).toBe(410);
    expect((await fetch(`${jira.url}/rest/api/3/nothing`)).status).toBe(404);
  });

  it.each([
    ['', 'Unbounded JQL'],
    ['ORDER BY key', 'Unbounded JQL'],
    ['project = NOPE', "The value 'NOPE' does not exist for the field 'project'."],
    ['colour = red', "Field 'colour' does not exist"],
    ['project = OPS OR key = X-1', 'Error in the JQL Query'],
    ['project in (OPS', 'Error in the JQL Query'],
  ])('refuses the JQL %j', async (jql, message) => {
    const { status, body } = await refusal(searchAndReconsileIssuesUsingJqlPost(client(), { jql }));
    expect(status).toBe(400);
    expect(JSON.stringify(body)).toContain(message);
  });
});

describe('the emulated Jira behaves like a service', () => {
  it('shows new issues in the search only after its index has caught up, or when they are reconciled', async () => {
    await jira.close();
    await start({ searchLagMs: 1_000 });
    const { id } = await createIssue(client(), await opsFields('fresh'));
    const jql = 'project = OPS';
    const count = async (more = {}) =>
      (await searchAndReconsileIssuesUsingJqlPost(client(), { jql, ...more })).issues?.length;
    expect(await count()).toBe(0);
    expect(await count({ reconcileIssues: [Number(id)] })).toBe(1);
    expect(await getIssue(client(), { issueIdOrKey: 'OPS-1' })).toMatchObject({ id });
    nowMs += 1_000;
    expect(await count()).toBe(1);
  });

  it('keeps everything over a restart, and drops a torn last line', async () => {
    await createProject(client(), newProject);
    await createIssue(client(), await opsFields('kept'));
    await jira.close();
    await appendFile(join(dataDir, 'jira.jsonl'), '{"kind":"issues_created","issues":[{"id"');
    await start();
    expect(await getProject(client(), { projectIdOrKey: 'NEW' })).toMatchObject({ name: 'New things' });
    expect(await createIssue(client(), await opsFields('next'))).toMatchObject({ key: 'OPS-2' });
    await jira.close();
    await start();
    expect(await getIssue(client(), { issueIdOrKey: 'OPS-2' })).toMatchObject({
      fields: { summary: 'next' },
    });
  });

  it('has on disk whatever it answered for, when it is killed', async () => {
    const child = fork(new URL('./jira-cloud-main.ts', import.meta.url), [join(dataDir, 'killed')], {
      stdio: 'ignore',
    });
    const [url] = (await once(child, 'message')) as [string];
    const { email, apiToken } = jira.credentials;
    const remote = createClient({ host: url, auth: { type: 'basic', email, apiToken } });
    const issueUpdates = [await opsFields('survivor')];
    // The seed is the same, and so are the ids of the types.
    expect(await createIssues(remote, { issueUpdates })).toMatchObject({ issues: [{ key: 'OPS-1' }] });
    child.kill('SIGKILL');
    await once(child, 'exit');
    await jira.close();
    await start({ dataDir: join(dataDir, 'killed') });
    expect(await getIssue(client(), { issueIdOrKey: 'OPS-1' })).toMatchObject({
      fields: { summary: 'survivor' },
    });
  });

  it('injects faults: answers, limits, delays and dropped connections before and after the effect', async () => {
    jira.faults.rateLimit({ reason: 'jira-burst-based', retryAfterSeconds: 3 });
    const limited = await getCurrentUser(client()).catch((error: unknown) => error);
    expect(isRateLimitError(limited) && limited.retryAfterMs).toBe(3_000);

    jira.faults.add({ method: 'POST', path: '/rest/api/3/project', drop: 'before' });
    await expect(createProject(client(), newProject)).rejects.toThrow();
    expect(await refusal(getProject(client(), { projectIdOrKey: 'NEW' }))).toMatchObject({ status: 404 });

    jira.faults.add({ method: 'POST', path: /project$/, drop: 'after' });
    await expect(createProject(client(), newProject)).rejects.toThrow();
    expect(await getProject(client(), { projectIdOrKey: 'NEW' })).toMatchObject({ key: 'NEW' });

    jira.faults.add({ after: 1, times: 2, respond: { status: 502 }, delayMs: 1 });
    await getCurrentUser(client());
    expect(await refusal(getCurrentUser(client()))).toMatchObject({ status: 502 });
    expect(jira.faults.pending()).toBe(1);
    jira.faults.clear();
    await getCurrentUser(client());
  });

  it('records requests without credentials', async () => {
    await getCurrentUser(client());
    expect(jira.requests).toEqual([
      { method: 'GET', path: '/rest/api/3/myself', query: '', body: undefined, status: 200 },
    ]);
    expect(defaultJiraSeed.users[0]?.apiToken).toBe(jira.credentials.apiToken);
  });
});
