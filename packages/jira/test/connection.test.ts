import { describe, expect, it } from '@jest/globals';
import { createJiraServer } from '../src/index.ts';
import { startJiraHarness } from './jira-harness.ts';

const secret = ['not', 'a', 'token'].join('-');
const settings = { baseUrl: 'https://example.atlassian.net', email: 'a@example.com', apiToken: secret };

describe('the settings of the Jira server', () => {
  it.each([
    [{ baseUrl: '' }, 'JIRA_BASE_URL must be set'],
    [{ baseUrl: 'example' }, 'JIRA_BASE_URL must be a URL'],
    [{ baseUrl: 'http://example.atlassian.net' }, 'JIRA_BASE_URL must be an https URL'],
    [{ baseUrl: 'ftp://127.0.0.1' }, 'JIRA_BASE_URL must be an https URL'],
    [{ baseUrl: 'https://u:p@example.atlassian.net' }, 'JIRA_BASE_URL must hold neither credentials'],
    [{ baseUrl: 'https://example.atlassian.net/browse/OPS' }, 'JIRA_BASE_URL must be the bare site URL'],
    [{ email: 'service-account' }, 'JIRA_EMAIL must be the e-mail address'],
    [{ apiToken: ' ' }, 'JIRA_API_TOKEN must be set'],
    [{ apiToken: `${secret}\n${secret}` }, 'JIRA_API_TOKEN must be one word'],
  ])('are refused by their environment name: %j', (wrong, message) => {
    const create = () => createJiraServer({ ...settings, ...wrong });
    expect(create).toThrow(message);
    expect(create).not.toThrow(secret);
  });

  it.each([
    'https://example.atlassian.net/',
    'https://api.atlassian.com/ex/jira/11223344',
    'http://127.0.0.1:8080',
    'http://localhost',
  ])('accept %s', (baseUrl) => {
    expect(() => createJiraServer({ ...settings, baseUrl })).not.toThrow();
  });
});

describe('the connection to Jira', () => {
  it('names the settings to check when the token is wrong, though Jira answers 404 for what anonymous may not see', async () => {
    await using site = await startJiraHarness({ server: { apiToken: secret } });
    for (const [tool, input] of [
      ['create_project', { name: 'X Y' }],
      ['bulk_issue_upload', { project_key: 'OPS', issues: [{ summary: 'x' }] }],
    ] as const) {
      const answer = await site.call(tool, input);
      expect(answer).toMatchObject({ isError: true, code: 'unauthenticated' });
      expect(answer.text).toContain('JIRA_API_TOKEN');
      expect(JSON.stringify(answer)).not.toContain(secret);
      expect(JSON.stringify(answer)).not.toContain(Buffer.from(`:${secret}`).toString('base64').slice(4, 12));
    }
  });

  it('says what the account may not do', async () => {
    await using site = await startJiraHarness();
    site.jira.faults.add({
      method: 'POST',
      path: '/rest/api/3/project',
      respond: { status: 403, body: { errorMessages: ['No permission.'], errors: {} } },
    });
    const answer = await site.call('create_project', { name: 'Mine' });
    expect(answer).toMatchObject({ code: 'forbidden', text: expect.stringContaining('No permission.') });
  });

  it('does not follow a redirect with the credentials', async () => {
    await using site = await startJiraHarness();
    site.jira.faults.add({
      path: '/rest/api/3/myself',
      respond: { status: 302, headers: { location: `${site.jira.url}/elsewhere` } },
    });
    const answer = await site.call('create_project', { name: 'Mine' });
    expect(answer).toMatchObject({ isError: true, text: expect.stringContaining('check JIRA_BASE_URL') });
    expect(site.sent('GET', '/elsewhere')).toHaveLength(0);
  });

  it('retries reads on 5xx, 429 and dropped connections, within bounds', async () => {
    await using site = await startJiraHarness();
    site.jira.faults.add({
      path: '/rest/api/3/myself',
      respond: { status: 503, headers: { 'retry-after': '2' } },
    });
    site.jira.faults.add({ path: '/rest/api/3/myself', drop: 'before' });
    site.jira.faults.rateLimit({ path: '/rest/api/3/myself', retryAfterSeconds: 3 });
    expect((await site.call('create_project', { name: 'Patience' })).isError).toBe(false);
    expect(site.waits).toEqual([2_000, 750, 3_000]);

    site.jira.faults.add({ path: '/rest/api/3/myself', times: 100, respond: { status: 500 } });
    const answer = await site.call('create_project', { name: 'No patience' });
    expect(answer).toMatchObject({
      code: 'unavailable',
      details: { jira_status: 500, upstream_request_id: expect.any(String) },
    });
    expect(site.sent('GET', '/rest/api/3/myself')).toHaveLength(4 + 4);
  });

  it('gives up on an answer that does not come', async () => {
    await using site = await startJiraHarness({
      server: { limits: { requestTimeoutMs: 30, maxAttempts: 1 } },
    });
    site.jira.faults.add({ path: '/rest/api/3/myself', delayMs: 5_000 });
    const answer = await site.call('create_project', { name: 'Slow' });
    expect(answer).toMatchObject({
      code: 'unavailable',
      text: expect.stringContaining('no answer within 30 ms'),
    });
  });

  it('stops at once when the caller cancels', async () => {
    const sleeping = Promise.withResolvers<void>();
    await using site = await startJiraHarness({
      server: {
        wait: (_ms, signal) =>
          new Promise((_resolve, reject) => {
            signal?.addEventListener('abort', () => reject(signal.reason));
            sleeping.resolve();
          }),
      },
    });
    site.jira.faults.rateLimit({ path: '/rest/api/3/issue/bulk', retryAfterSeconds: 20 });
    const cancel = new AbortController();
    const call = site.client.callTool(
      { name: 'bulk_issue_upload', arguments: { project_key: 'OPS', issues: [{ summary: 'x' }] } },
      undefined,
      { signal: cancel.signal },
    );
    await sleeping.promise;
    cancel.abort('enough');
    await expect(call).rejects.toThrow();
    // The queue of the project is free again: the next call is not stuck behind the cancelled one.
    const answer = await site.call('bulk_issue_upload', { project_key: 'OPS', issues: [{ summary: 'x' }] });
    expect(answer.isError).toBe(false);
  });
});
