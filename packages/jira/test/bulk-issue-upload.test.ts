import { describe, expect, it } from '@jest/globals';
import type { UploadOutput } from '../src/upload/upload-schemas.ts';
import { issuesOf, people, startJiraHarness } from './jira-harness.ts';

const bulk = '/rest/api/3/issue/bulk';
const rows = (count: number) => Array.from({ length: count }, (_, index) => ({ summary: `Row ${index}` }));
const statuses = ({ rows: results }: UploadOutput) => results.map(({ status }) => status);

describe('bulk_issue_upload', () => {
  it('creates rows with all their fields', async () => {
    await using site = await startJiraHarness();
    const output = await site.upload({
      project_key: 'OPS',
      issues: [
        {
          summary: 'Rotate the keys',
          description: '# Why\n\nSee [the policy](https://example.com/policy).',
          issue_type: 'bug',
          labels: ['security', 'q4'],
          priority: 'High',
          assignee_account_id: people.grace,
          due_date: '2026-12-31',
        },
      ],
    });
    expect(output.rows).toEqual([
      {
        row: 0,
        status: 'created',
        key: 'OPS-1',
        id: expect.any(String),
        url: `${site.jira.url}/browse/OPS-1`,
      },
    ]);
    const [issue] = await issuesOf(site.jira, 'OPS');
    expect(issue?.fields).toMatchObject({
      summary: 'Rotate the keys',
      issuetype: { name: 'Bug' },
      labels: ['security', 'q4', expect.stringMatching(/^upl-[0-9a-f]{16}$/)],
      priority: { name: 'High' },
      assignee: { accountId: people.grace },
      duedate: '2026-12-31',
      description: {
        type: 'doc',
        version: 1,
        content: [
          { type: 'heading', attrs: { level: 1 }, content: [{ type: 'text', text: 'Why' }] },
          {
            type: 'paragraph',
            content: [
              { type: 'text', text: 'See ' },
              {
                type: 'text',
                text: 'the policy',
                marks: [{ type: 'link', attrs: { href: 'https://example.com/policy' } }],
              },
              { type: 'text', text: '.' },
            ],
          },
        ],
      },
    });
  });

  it('sends at most 50 issues per request', async () => {
    await using site = await startJiraHarness();
    const output = await site.upload({ project_key: 'OPS', issues: rows(120) });
    expect(output.counts).toEqual({ created: 120, existing: 0, failed: 0, unknown: 0 });
    const sizes = site
      .sent('POST', bulk)
      .map(({ body }) => (body as { issueUpdates: unknown[] }).issueUpdates.length);
    expect(sizes).toEqual([50, 50, 20]);
    expect(output.rows.map(({ key }) => key)).toEqual(
      Array.from({ length: 120 }, (_, index) => `OPS-${index + 1}`),
    );
  });

  it("maps failedElementNumber of every chunk to the caller's rows", async () => {
    await using site = await startJiraHarness();
    const issues: Record<string, unknown>[] = rows(70);
    issues[3] = { summary: 'bad priority', priority: 'Whatever' };
    issues[61] = { summary: 'bad assignee', assignee_account_id: 'nobody' };
    const output = await site.upload({ project_key: 'OPS', issues });
    expect(output.counts).toEqual({ created: 68, existing: 0, failed: 2, unknown: 0 });
    expect(output.rows[3]).toEqual({
      row: 3,
      status: 'failed',
      errors: [{ field: 'priority', message: 'The priority selected is invalid.' }],
    });
    expect(output.rows[61]).toMatchObject({ status: 'failed', errors: [{ field: 'assignee' }] });
    const bySummary = new Map(
      (await issuesOf(site.jira, 'OPS')).map(({ key, fields }) => [fields.summary, key]),
    );
    for (const { row, status, key } of output.rows)
      if (status === 'created') expect(bySummary.get(`Row ${row}`)).toBe(key);
  });

  it('reads the 400 of a request in which every row failed like a partial success', async () => {
    await using site = await startJiraHarness();
    const output = await site.upload({
      project_key: 'OPS',
      issues: [
        { summary: 'a', priority: 'Whatever' },
        { summary: 'b', priority: 'Whatever' },
      ],
    });
    expect(site.sent('POST', bulk).map(({ status }) => status)).toEqual([400]);
    expect(statuses(output)).toEqual(['failed', 'failed']);
  });

  it('creates parents in an earlier request than their children, whatever order they came in', async () => {
    await using site = await startJiraHarness();
    const output = await site.upload({
      project_key: 'OPS',
      issues: [
        { summary: 'step', parent: 'task' },
        { summary: 'task', parent: 'epic', external_id: 'task' },
        { summary: 'epic', issue_type: 'Epic', external_id: 'epic' },
      ],
    });
    expect(output.rows.map(({ external_id, key }) => [external_id, key])).toEqual([
      [undefined, 'OPS-3'],
      ['task', 'OPS-2'],
      ['epic', 'OPS-1'],
    ]);
    const issues = await issuesOf(site.jira, 'OPS');
    expect(
      issues.map(({ fields }) => [
        (fields.issuetype as { name: string }).name,
        (fields.parent as { key: string } | undefined)?.key,
      ]),
    ).toEqual([
      ['Epic', undefined],
      ['Task', 'OPS-1'],
      ['Sub-task', 'OPS-2'],
    ]);
  });

  it('puts rows below existing issues, and does not try the children of a row that failed', async () => {
    await using site = await startJiraHarness();
    await site.upload({ project_key: 'OPS', issues: [{ summary: 'old epic', issue_type: 'Epic' }] });
    const output = await site.upload({
      project_key: 'OPS',
      issues: [
        { summary: 'below old', parent: 'OPS-1' },
        { summary: 'broken', external_id: 'x', issue_type: 'Epic', priority: 'Whatever' },
        { summary: 'below broken', parent: 'x' },
        { summary: 'below nothing', parent: 'OPS-999' },
      ],
    });
    expect(statuses(output)).toEqual(['created', 'failed', 'failed', 'failed']);
    expect(output.rows[2]?.errors).toEqual([
      { field: 'parent', message: 'was not tried: issues[1] is not there' },
    ]);
    expect(output.rows[3]?.errors).toEqual([
      { field: 'parent', message: 'there is no issue OPS-999, or it is not visible' },
    ]);
  });

  it('waits out Retry-After and sends the refused request again', async () => {
    await using site = await startJiraHarness();
    site.jira.faults.rateLimit({ path: bulk, retryAfterSeconds: 7 });
    const output = await site.upload({ project_key: 'OPS', issues: rows(2) });
    expect(site.waits).toEqual([7_000]);
    expect(output.counts.created).toBe(2);
  });

  it('gives a long Retry-After and its RateLimit-Reason back instead of sleeping, and goes on when called again', async () => {
    await using site = await startJiraHarness();
    const input = { project_key: 'OPS', issues: rows(60) };
    site.jira.faults.add({
      method: 'POST',
      path: bulk,
      after: 1,
      respond: { status: 429, headers: { 'retry-after': '3600', 'ratelimit-reason': 'jira-quota-based' } },
    });
    const first = await site.upload(input);
    expect(first).toMatchObject({
      counts: { created: 50, failed: 10 },
      rate_limit_reason: 'jira-quota-based',
      retry_after_seconds: 3600,
    });
    expect(site.waits).toEqual([]);
    const second = await site.upload(input);
    expect(second.counts).toEqual({ created: 10, existing: 50, failed: 0, unknown: 0 });
    expect(await issuesOf(site.jira, 'OPS')).toHaveLength(60);
  });

  it('fails as a whole, retryable and with the reason, when the limit lets nothing through', async () => {
    await using site = await startJiraHarness();
    site.jira.faults.rateLimit({ path: bulk, retryAfterSeconds: 3600, reason: 'jira-per-issue-on-write' });
    const answer = await site.call('bulk_issue_upload', { project_key: 'OPS', issues: rows(1) });
    expect(answer).toMatchObject({
      isError: true,
      code: 'unavailable',
      details: { rate_limit_reason: 'jira-per-issue-on-write', retry_after_seconds: 3600 },
    });
  });

  it.each([
    ['the connection breaks after the write', { drop: 'after' as const }],
    [
      'a 503 follows the write',
      { isApplied: true, respond: { status: 503, headers: { 'retry-after': '1' } } },
    ],
    ['a proxy page follows the write', { isApplied: true, respond: { status: 200, body: 'gateway' } }],
  ])('never sends a request again when %s: it finds the issues by label', async (_what, fault) => {
    await using site = await startJiraHarness({ searchLagMs: 1_500 });
    site.jira.faults.add({ method: 'POST', path: bulk, ...fault });
    const output = await site.upload({ project_key: 'OPS', issues: rows(3) });
    expect(statuses(output)).toEqual(['created', 'created', 'created']);
    expect(output.rows.map(({ key }) => key)).toEqual(['OPS-1', 'OPS-2', 'OPS-3']);
    expect(site.sent('POST', bulk)).toHaveLength(1);
  });

  it('creates only what is missing when Jira died half-way through a request', async () => {
    await using site = await startJiraHarness();
    site.jira.faults.add({ method: 'POST', path: bulk, drop: 'after', applyRows: 2 });
    const output = await site.upload({ project_key: 'OPS', issues: rows(5) });
    expect(output.counts.created).toBe(5);
    const [, second] = site.sent('POST', bulk);
    expect(second?.body).toMatchObject({ issueUpdates: { length: 3 } });
    expect((await issuesOf(site.jira, 'OPS')).map(({ fields }) => fields.summary).sort()).toEqual(
      rows(5).map(({ summary }) => summary),
    );
    expect(site.waits).toEqual([1_000, 2_000, 4_000, 8_000]);
  });

  it('reports rows as unknown when it cannot find out, and a later call settles them', async () => {
    await using site = await startJiraHarness();
    const input = { project_key: 'OPS', issues: rows(2) };
    site.jira.faults.add({ method: 'POST', path: bulk, drop: 'after' });
    // From then on searching fails too.
    site.jira.faults.add({
      method: 'POST',
      path: /search\/jql$/,
      after: 2,
      times: 100,
      respond: { status: 500 },
    });
    const first = await site.upload(input);
    expect(statuses(first)).toEqual(['unknown', 'unknown']);
    expect(site.sent('POST', bulk)).toHaveLength(1);
    site.jira.faults.clear();
    const second = await site.upload(input);
    expect(statuses(second)).toEqual(['existing', 'existing']);
    expect(await issuesOf(site.jira, 'OPS')).toHaveLength(2);
  });

  it('gives up on rows that Jira keeps losing, as unknown', async () => {
    await using site = await startJiraHarness();
    site.jira.faults.add({ method: 'POST', path: bulk, times: 100, drop: 'before' });
    const output = await site.upload({ project_key: 'OPS', issues: rows(1) });
    expect(statuses(output)).toEqual(['unknown']);
    expect(site.sent('POST', bulk)).toHaveLength(3);
  });

  it('creates nothing twice when it is called again while the search index still lags', async () => {
    await using site = await startJiraHarness({ searchLagMs: 60_000 });
    const input = { project_key: 'OPS', issues: rows(130) };
    await site.upload(input);
    const again = await site.upload(input);
    expect(again.counts).toEqual({ created: 0, existing: 130, failed: 0, unknown: 0 });
    expect(await issuesOf(site.jira, 'OPS')).toHaveLength(130);
  });

  it('creates nothing twice when the same call arrives again while the first is at work', async () => {
    await using site = await startJiraHarness();
    const input = { project_key: 'OPS', issues: rows(3) };
    const outputs = await Promise.all([site.upload(input), site.upload(input)]);
    expect(outputs.map(({ counts }) => [counts.created, counts.existing]).sort()).toEqual([
      [0, 3],
      [3, 0],
    ]);
    expect(await issuesOf(site.jira, 'OPS')).toHaveLength(3);
  });

  it('keeps equal rows of one upload apart, and repeats an upload only under another batch name', async () => {
    await using site = await startJiraHarness();
    const issues = [{ summary: 'same' }, { summary: 'same' }];
    expect((await site.upload({ project_key: 'OPS', issues })).counts.created).toBe(2);
    expect((await site.upload({ project_key: 'OPS', issues })).counts.existing).toBe(2);
    expect((await site.upload({ project_key: 'OPS', issues, batch: 'december' })).counts.created).toBe(2);
  });

  it('finds the one row that spoils a whole request and lets the others through', async () => {
    await using site = await startJiraHarness();
    const refusal = { respond: { status: 400, body: { errorMessages: ['INVALID_INPUT'], errors: {} } } };
    // All four, then the second pair, then its second row.
    site.jira.faults.add({ method: 'POST', path: bulk, ...refusal });
    site.jira.faults.add({ method: 'POST', path: bulk, after: 1, ...refusal });
    site.jira.faults.add({ method: 'POST', path: bulk, after: 2, ...refusal });
    const output = await site.upload({ project_key: 'OPS', issues: rows(4) });
    expect(statuses(output)).toEqual(['created', 'created', 'created', 'failed']);
    expect(output.rows[3]?.errors).toEqual([{ message: 'INVALID_INPUT' }]);
  });

  it('does not trust positions when the answer does not add up', async () => {
    await using site = await startJiraHarness();
    site.jira.faults.add({
      method: 'POST',
      path: bulk,
      isApplied: true,
      respond: { status: 201, body: { issues: [{ id: '1', key: 'OPS-2', self: 'http://x' }], errors: [] } },
    });
    const output = await site.upload({ project_key: 'OPS', issues: rows(2) });
    expect(output.rows.map(({ status, key }) => [status, key])).toEqual([
      ['created', 'OPS-1'],
      ['created', 'OPS-2'],
    ]);
  });

  it('uses the search that is left, never the removed one', async () => {
    await using site = await startJiraHarness();
    await site.upload({ project_key: 'OPS', issues: rows(1) });
    expect(site.jira.requests.some(({ status }) => status === 410)).toBe(false);
    expect(site.sent('POST', '/rest/api/3/search/jql').length).toBeGreaterThan(0);
  });

  it.each([
    [{ issues: [{ summary: 'x'.repeat(256) }] }, 'issues[0].summary: must have at most 255 characters'],
    [{ issues: [{ summary: 'two\nlines' }] }, 'issues[0].summary: must be one line'],
    [
      { issues: [{ summary: 'x', description: 'x'.repeat(32_768) }] },
      'issues[0].description: must have at most 32767',
    ],
    [{ issues: [{ summary: 'x', labels: ['two words'] }] }, 'issues[0].labels[0]: must not contain spaces'],
    [
      { issues: [{ summary: 'x', labels: ['upl-0123456789abcdef'] }] },
      'issues[0].labels[0]: must not look like',
    ],
    [{ issues: [{ summary: 'x', due_date: 'soon' }] }, 'issues[0].due_date: must be a date'],
    [{ issues: [{ summary: 'x', sumary: 'y' }] }, 'issues[0].sumary: is not an argument'],
    [{ issues: [] }, 'issues: must hold at least one issue'],
    [{ issues: rows(501) }, 'issues: must hold at most 500 issues'],
    [{ issues: [{ summary: 'x', parent: 'nobody' }] }, 'issues[0].parent: is neither the external_id'],
    [{ issues: [{ summary: 'x', external_id: 'a', parent: 'a' }] }, 'issues[0].parent: is its own ancestor'],
    [
      { issues: [{ summary: 'x', external_id: 'OPS-1' }] },
      'issues[0].external_id: must not look like an issue key',
    ],
    [
      {
        issues: [
          { summary: 'x', external_id: 'a' },
          { summary: 'y', external_id: 'a' },
        ],
      },
      'issues[1].external_id: is the same as that of issues[0]',
    ],
    [{ project_key: 'OPS/../../x', issues: rows(1) }, 'project_key: must be 2 to 10 characters'],
  ])('refuses bad input %# with the field, before anything is sent', async (input, message) => {
    await using site = await startJiraHarness();
    const answer = await site.call('bulk_issue_upload', { project_key: 'OPS', ...input });
    expect(answer).toMatchObject({ isError: true, code: 'invalid_input' });
    expect(answer.text).toContain(message);
    expect(site.jira.requests).toHaveLength(0);
  });
});

describe('preview_bulk_issue_upload', () => {
  it('counts by type, shows parents and the rows that exist, and writes nothing', async () => {
    await using site = await startJiraHarness();
    const old = { summary: 'epic', issue_type: 'Epic', external_id: 'e' };
    await site.upload({ project_key: 'OPS', issues: [old] });
    const before = site.jira.requests.length;
    const { output } = await site.call<{ summary: string; changes: unknown[]; warnings: string[] }>(
      'preview_bulk_issue_upload',
      {
        project_key: 'OPS',
        issues: [old, { summary: 'a', parent: 'e' }, { summary: 'b', issue_type: 'Bug', parent: 'OPS-1' }],
      },
    );
    expect(output.summary).toBe(
      'Create 2 issues in OPS ("Operations"): 1 Task, 1 Bug; 1 of the rows exist already and stay as they are',
    );
    expect(output.changes).toEqual([
      { path: 'issues[0]', before: { key: 'OPS-1' }, after: { key: 'OPS-1' } },
      {
        path: 'issues[1]',
        after: { issue_type: 'Task', summary: 'a', parent: 'e', labels: [expect.stringMatching(/^upl-/)] },
      },
      {
        path: 'issues[2]',
        after: { issue_type: 'Bug', summary: 'b', parent: 'OPS-1', labels: [expect.stringMatching(/^upl-/)] },
      },
    ]);
    const writes = site.jira.requests
      .slice(before)
      .filter(({ method, path }) => method !== 'GET' && !/jql|bulkfetch/.test(path));
    expect(writes).toEqual([]);
  });

  it.each([
    [{ project_key: 'NOPE', issues: rows(1) }, 'project_key: there is no project NOPE'],
    [
      { issues: [{ summary: 'x', issue_type: 'Saga' }] },
      'issues[0].issue_type: "Saga" is not an issue type of this project; it has Epic, Story, Task, Bug, Sub-task',
    ],
    [
      { issues: [{ summary: 'x', issue_type: 'Sub-task' }] },
      'issues[0].issue_type: Sub-task is a sub-task: it needs a parent',
    ],
    [{ issues: [{ summary: 'x', parent: 'OPS-77' }] }, 'issues[0].parent: there is no issue OPS-77'],
  ])('tells before anybody is asked what Jira would refuse: %#', async (input, message) => {
    await using site = await startJiraHarness();
    const answer = await site.call('preview_bulk_issue_upload', { project_key: 'OPS', ...input });
    expect(answer).toMatchObject({ isError: true, code: 'invalid_input' });
    expect(answer.text).toContain(message);
  });

  it('has a state digest that survives its own execution and the lag of the search', async () => {
    await using site = await startJiraHarness({ searchLagMs: 60_000 });
    const input = { project_key: 'OPS', issues: rows(2) };
    const digest = async () =>
      (await site.call<{ state_digest: string }>('preview_bulk_issue_upload', input)).output.state_digest;
    const before = await digest();
    await site.upload(input);
    expect(await digest()).toBe(before);
  });
});
