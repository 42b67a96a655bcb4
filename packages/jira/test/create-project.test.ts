import { describe, expect, it } from '@jest/globals';
import type { CreateProjectOutput } from '../src/project/create-project-schemas.ts';
import { people, readSite, startJiraHarness } from './jira-harness.ts';

interface PreviewOutput {
  summary: string;
  changes: { path: string; before?: unknown; after?: unknown }[];
  warnings?: string[];
  state_digest: string;
}

const project = '/rest/api/3/project';

describe('create_project', () => {
  it('creates a project from nothing but a name, and derives the key', async () => {
    await using site = await startJiraHarness();
    const { output } = await site.call<CreateProjectOutput>('create_project', { name: 'test-project-cking' });
    expect(output).toMatchObject({
      status: 'created',
      key: 'TPC',
      name: 'test-project-cking',
      lead_account_id: people.automation,
      project_type: 'software',
      url: `${site.jira.url}/browse/TPC`,
    });
    expect(await readSite(site.jira, `${project}/TPC`)).toMatchObject({
      name: 'test-project-cking',
      style: 'next-gen',
      lead: { accountId: people.automation },
    });
  });

  it('sends leadAccountId, never lead, and asks projectvalidate before it writes', async () => {
    await using site = await startJiraHarness();
    await site.call('create_project', {
      name: 'Payments',
      lead_account_id: people.ada,
      template: 'scrum-company',
    });
    const [post] = site.sent('POST', project);
    expect(post?.body).toEqual({
      key: 'PAYMENTS',
      name: 'Payments',
      leadAccountId: people.ada,
      projectTypeKey: 'software',
      projectTemplateKey: 'com.pyxis.greenhopper.jira:gh-simplified-scrum-classic',
      assigneeType: 'UNASSIGNED',
    });
    const paths = site.jira.requests.map(({ path }) => path);
    expect(paths.indexOf('/rest/api/3/projectvalidate/key')).toBeLessThan(paths.lastIndexOf(project));
  });

  it('takes the next free key when the derived one is in use, and says so in the preview', async () => {
    await using site = await startJiraHarness();
    const { output } = await site.call<PreviewOutput>('preview_create_project', {
      name: 'Other Platform Services',
    });
    expect(output.summary).toContain('OPS2');
    expect(output.warnings?.join(' ')).toContain('In use already: OPS.');
  });

  it('shows key, lead and template in the preview and changes nothing', async () => {
    await using site = await startJiraHarness();
    const { output } = await site.call<PreviewOutput>('preview_create_project', {
      name: 'Cloud Migration',
      lead_account_id: people.grace,
      project_type: 'business',
    });
    expect(output.summary).toBe(
      'Create business project CM ("Cloud Migration"), led by Grace Operator, from the template project management',
    );
    expect(output.changes).toContainEqual({
      path: 'project.lead',
      after: `Grace Operator (${people.grace})`,
    });
    expect(site.jira.requests.every(({ method }) => method === 'GET')).toBe(true);
  });

  it('has the same state digest until the key is taken, and another one then', async () => {
    await using site = await startJiraHarness();
    const preview = async () =>
      (await site.call<PreviewOutput>('preview_create_project', { name: 'Alpha Beta' })).output;
    const before = await preview();
    expect((await preview()).state_digest).toBe(before.state_digest);
    await site.call('create_project', { name: 'Another Board', key: 'AB' });
    expect((await preview()).state_digest).not.toBe(before.state_digest);
  });

  it('keeps the state digest when its own project is there, so that a retry is not taken for drift', async () => {
    await using site = await startJiraHarness();
    const preview = async () =>
      (await site.call<PreviewOutput>('preview_create_project', { name: 'Alpha Beta' })).output;
    const before = await preview();
    await site.call('create_project', { name: 'Alpha Beta' });
    const after = await preview();
    expect(after.state_digest).toBe(before.state_digest);
    expect(after).toMatchObject({
      changes: [],
      summary: expect.stringContaining('exists already: nothing will change'),
    });
  });

  it('counts a project of the same name and lead as success', async () => {
    await using site = await startJiraHarness();
    await site.call('create_project', { name: 'Twice' });
    const { output } = await site.call<CreateProjectOutput>('create_project', { name: 'Twice' });
    expect(output).toMatchObject({ status: 'existing', key: 'TWICE' });
    expect(site.sent('POST', project)).toHaveLength(1);
  });

  it.each([
    ['lead', { name: 'Operations', lead_account_id: people.grace }, 'its lead is'],
    ['key', { name: 'Operations', key: 'OPERA', lead_account_id: people.ada }, 'its key is OPS, not OPERA'],
    [
      'type',
      { name: 'Operations', lead_account_id: people.ada, project_type: 'business' },
      'it is a software project',
    ],
    ['name', { name: 'Something else', key: 'OPS' }, 'in use by another project, "Operations"'],
  ])('reports a conflict when an existing project differs in its %s', async (_what, input, message) => {
    await using site = await startJiraHarness();
    const answer = await site.call('create_project', input);
    expect(answer).toMatchObject({ isError: true, code: 'conflict' });
    expect(answer.text).toContain(message);
    expect(site.sent('POST', project)).toHaveLength(0);
  });

  it('says that a key which nobody can see may be in the trash', async () => {
    await using site = await startJiraHarness();
    await site.call('create_project', { name: 'Gone', key: 'GONE' });
    await fetch(`${site.jira.url}${project}/GONE`, {
      method: 'DELETE',
      headers: {
        authorization: `Basic ${btoa(`${site.jira.credentials.email}:${site.jira.credentials.apiToken}`)}`,
      },
    });
    const answer = await site.call('create_project', { name: 'Fresh', key: 'GONE' });
    expect(answer).toMatchObject({ code: 'conflict', text: expect.stringContaining('in the trash') });
  });

  it('compares and succeeds when somebody made the very project between the check and the write', async () => {
    await using site = await startJiraHarness();
    // The write takes effect, and Jira answers as it would to a second writer.
    site.jira.faults.add({
      method: 'POST',
      path: project,
      isApplied: true,
      respond: {
        status: 400,
        body: { errorMessages: [], errors: { projectKey: "Project 'Race' uses this project key." } },
      },
    });
    const { output } = await site.call<CreateProjectOutput>('create_project', { name: 'Race' });
    expect(output).toMatchObject({ status: 'existing', key: 'RACE' });
  });

  it.each([
    ['the connection breaks after the write', { drop: 'after' as const }],
    ['a 503 follows the write', { isApplied: true, respond: { status: 503 } }],
    [
      'a 201 with an unreadable body follows the write',
      { isApplied: true, respond: { status: 201, body: 'oops' } },
    ],
  ])('finds its project when %s, without a second POST', async (_what, fault) => {
    await using site = await startJiraHarness();
    site.jira.faults.add({ method: 'POST', path: project, ...fault });
    const { output } = await site.call<CreateProjectOutput>('create_project', { name: 'Lost answer' });
    expect(output).toMatchObject({ status: 'created', key: 'LA' });
    expect(site.sent('POST', project)).toHaveLength(1);
  });

  it('sends the write again only after reading that the project is not there', async () => {
    await using site = await startJiraHarness();
    site.jira.faults.add({ method: 'POST', path: project, drop: 'before' });
    const { output } = await site.call<CreateProjectOutput>('create_project', { name: 'Second try' });
    expect(output).toMatchObject({ status: 'created', key: 'ST' });
    const steps = site.jira.requests.filter(({ path }) => path === project || path === `${project}/ST`);
    expect(steps.map(({ method }) => method)).toEqual(['POST', 'GET', 'GET', 'GET', 'GET', 'POST']);
    expect(site.waits).toEqual([1_000, 2_000, 4_000, 8_000]);
  });

  it('says that the outcome is unknown when Jira never answers', async () => {
    await using site = await startJiraHarness();
    site.jira.faults.add({ method: 'POST', path: project, times: 10, respond: { status: 502 } });
    const answer = await site.call('create_project', { name: 'Never' });
    expect(answer).toMatchObject({
      isError: true,
      code: 'unavailable',
      details: { outcome: 'unknown', key: 'NEVER' },
    });
    expect(site.sent('POST', project)).toHaveLength(3);
  });

  it.each([
    [{ name: 'X', key: 'ops' }, 'key: must be 2 to 10 characters'],
    [{ name: 'Fine', key: 'ABCDEFGHIJK' }, 'key: must be 2 to 10 characters'],
    [{ name: 'Fine', lead: 'ada' }, 'lead: is not an argument'],
    [{ name: 'Fine', lead_account_id: 'ada@example.com' }, 'not a name or an e-mail address'],
    [{ name: 'Fine', lead_account_id: 'nobody' }, 'lead_account_id: no such account'],
    [
      { name: 'Fine', template: 'kanban', project_type: 'business' },
      'makes a software project, not a business one',
    ],
    [{ name: 'Fine', template: 'waterfall' }, 'must be one of kanban'],
    [{ name: '日本語' }, 'no key can be derived from the name'],
  ])('refuses %j in one clear message before anything is written', async (input, message) => {
    await using site = await startJiraHarness();
    const answer = await site.call('create_project', input);
    expect(answer).toMatchObject({ isError: true, code: 'invalid_input' });
    expect(answer.text).toContain(message);
    expect(site.sent('POST', project)).toHaveLength(0);
  });

  it('refuses in the preview what the account may not do', async () => {
    await using site = await startJiraHarness({
      seed: {
        users: [{ accountId: 'u1', displayName: 'Plain', email: 'plain@example.com', apiToken: 'token' }],
      },
    });
    const answer = await site.call('preview_create_project', { name: 'Mine' });
    expect(answer).toMatchObject({ code: 'forbidden', text: expect.stringContaining('Administer Jira') });
  });
});
