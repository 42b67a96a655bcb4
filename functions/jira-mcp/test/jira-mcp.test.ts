import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createMemorySecretSource, startHttpApiPeer } from '@hitl/testing';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ServiceFault, startJsonService } from '../../../packages/aws/test/start-json-service.ts';
import { type JiraEmulator, startJiraEmulator } from '../../../packages/local/src/emulators/jira-cloud.ts';
import { createJiraMcp } from '../src/index.ts';

const token = ['a', 'bearer', 'token', 'for', 'tests'].join('-');
let dataDir: string;
let jira: JiraEmulator;
beforeAll(async () => {
  // Metrics are lines on stdout.
  jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  dataDir = await mkdtemp(join(tmpdir(), 'jira-mcp-'));
  jira = await startJiraEmulator({ dataDir });
});
afterAll(async () => {
  jest.restoreAllMocks();
  await jira.close();
  await rm(dataDir, { recursive: true });
});

const secretOf = (site: JiraEmulator) =>
  JSON.stringify({ base_url: site.url, email: site.credentials.email, api_token: site.credentials.apiToken });

describe('the Jira MCP function', () => {
  it('serves the official client over an HTTP API, and uploads each row once', async () => {
    const secrets = new Map([
      [
        'agentcore-dev/mcp',
        JSON.stringify({ auth_token: 'a-token-of-other-servers', auth_token_jira: token }),
      ],
      ['agentcore-dev/jira', secretOf(jira)],
    ]);
    const secretsManager = await startJsonService({
      GetSecretValue({ SecretId }) {
        const SecretString = secrets.get(String(SecretId));
        if (SecretString === undefined) throw new ServiceFault('ResourceNotFoundException');
        return { Name: SecretId, SecretString };
      },
    });
    Object.assign(process.env, {
      ENVIRONMENT: 'dev',
      AWS_REGION: 'us-east-1',
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
      AWS_ENDPOINT_URL_SECRETS_MANAGER: secretsManager.endpoint,
      MCP_SECRETS_NAME: 'agentcore-dev/mcp',
      JIRA_SECRETS_NAME: 'agentcore-dev/jira',
      LOG_LEVEL: 'error',
    });
    const { handler } = await import('../src/lambda.ts');
    const api = await startHttpApiPeer({ 'POST /jira/mcp': handler });
    const connect = async (bearer: string) => {
      const client = new Client({ name: 'test', version: '0' });
      await client.connect(
        new StreamableHTTPClientTransport(new URL(`${api.url}/jira/mcp`), {
          requestInit: { headers: { authorization: `Bearer ${bearer}` } },
        }),
      );
      return client;
    };
    try {
      await expect(connect('a-token-of-other-servers')).rejects.toMatchObject({ code: 401 });
      const client = await connect(token);
      const upload = {
        name: 'bulk_issue_upload',
        arguments: { project_key: 'OPS', issues: [{ summary: 'first' }, { summary: 'second' }] },
      };
      expect((await client.callTool(upload)).structuredContent).toMatchObject({ counts: { created: 2 } });
      expect((await client.callTool(upload)).structuredContent).toMatchObject({
        counts: { created: 0, existing: 2 },
      });
      await client.close();
      // Both secrets were read once for all of that.
      expect(secretsManager.calls).toHaveLength(2);
    } finally {
      await api.close();
      await secretsManager.close();
    }
  });

  it.each([
    ['{}', 'base_url must be set; email must be set; api_token must be set'],
    [
      '{"base_url":"http://jira.example.com","email":"a@example.com","api_token":"x"}',
      'base_url must be an https URL',
    ],
    [
      '{"base_url":"https://x.atlassian.net","email":"nobody","api_token":"x"}',
      'email must be the e-mail address',
    ],
    [
      '{"base_url":"https://x.atlassian.net","email":"a@example.com","apiToken":"x"}',
      'apiToken is not a member of it',
    ],
    ['not json, but s3cret', 'the secret jira must be JSON'],
  ])('says which member of its secret is wrong: %s', async (text, message) => {
    const faults: unknown[] = [];
    const handle = createJiraMcp({
      secrets: createMemorySecretSource({ mcp: JSON.stringify({ auth_token: token }), jira: text }),
      secretNames: { mcp: 'mcp', jira: 'jira' },
      logger: { error: (_message, facts) => faults.push(facts) },
    });
    const answer = await handle(
      new Request('https://mcp.example.com/jira/mcp', {
        method: 'POST',
        headers: { authorization: `Bearer ${token}` },
        body: '{}',
      }),
    );
    const said = await answer.text();
    expect([answer.status, said]).toEqual([503, expect.stringContaining(message)]);
    expect(said).not.toContain('s3cret');
    expect(faults).toHaveLength(1);
  });

  it.each([
    ['no token', {}],
    ['an empty one', { auth_token: '' }],
    ['one that can be guessed', { auth_token: 'jira' }],
    ['one for another server', { auth_token_google: token }],
  ])('serves nobody with %s in its secret', async (_what, tokens) => {
    const handle = createJiraMcp({
      secrets: createMemorySecretSource({ mcp: JSON.stringify(tokens), jira: secretOf(jira) }),
      secretNames: { mcp: 'mcp', jira: 'jira' },
      logger: { error: () => undefined },
    });
    for (const bearer of ['', 'jira', token, 'undefined']) {
      const headers = { authorization: `Bearer ${bearer}` };
      const request = new Request('http://127.0.0.1/jira/mcp', { method: 'POST', headers, body: '{}' });
      expect((await handle(request)).status).toBe(503);
    }
  });

  it('takes a new token as soon as it reads it, and the one before while callers still hold it', async () => {
    const previous = 'the-token-until-yesterday';
    const handle = createJiraMcp({
      secrets: createMemorySecretSource({
        mcp: JSON.stringify({ auth_token: token, previous_auth_token: previous }),
        jira: secretOf(jira),
      }),
      secretNames: { mcp: 'mcp', jira: 'jira' },
      logger: { error: () => undefined },
    });
    const statusFor = async (bearer: string) => {
      const request = new Request('https://mcp.example.com/jira/mcp', {
        method: 'POST',
        headers: {
          authorization: `Bearer ${bearer}`,
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
        },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
      });
      return (await handle(request)).status;
    };
    expect([
      await statusFor(token),
      await statusFor(previous),
      await statusFor('another-token-of-old'),
    ]).toEqual([200, 200, 401]);
  });
});
