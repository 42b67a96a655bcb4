import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startHttpApiPeer } from '@hitl/testing';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { startDynalite } from '../../../packages/aws/test/start-dynalite.ts';
import { ServiceFault, startJsonService } from '../../../packages/aws/test/start-json-service.ts';
import { startGoogleDirectoryEmulator } from '../../../packages/local/src/emulators/google-directory.ts';

const token = ['a', 'bearer', 'token', 'for', 'tests'].join('-');
const role = (name: string) => `arn:aws:iam::123456789012:role/${name}`;

/**
 * The function as it is deployed, behind an HTTP API, with everything that it talks to speaking its real protocol: Secrets
 * Manager, DynamoDB, and Google's Directory service.
 */
async function openSite() {
  const dataDir = await mkdtemp(join(tmpdir(), 'google-mcp-'));
  const google = await startGoogleDirectoryEmulator({ dataDir });
  const secrets = new Map<string, string>();
  const tagged = new Map<string, unknown>();
  const secretsManager = await startJsonService({
    GetSecretValue({ SecretId }) {
      const SecretString = secrets.get(String(SecretId));
      if (SecretString === undefined) throw new ServiceFault('ResourceNotFoundException');
      return { Name: SecretId, SecretString };
    },
    CreateSecret({ Name, SecretString, Tags }) {
      if (secrets.has(String(Name))) throw new ServiceFault('ResourceExistsException');
      secrets.set(String(Name), String(SecretString));
      tagged.set(String(Name), Tags);
      return { Name };
    },
    DeleteSecret({ SecretId }) {
      secrets.delete(String(SecretId));
      return { Name: SecretId };
    },
  });
  const dynamo = await startDynalite();
  const client = dynamo.connect();
  const tables = await dynamo.createTables(client);
  client.destroy();
  Object.assign(process.env, {
    ENVIRONMENT: 'dev',
    COST_CENTER: 'platform',
    AWS_REGION: 'us-east-1',
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    AWS_ENDPOINT_URL_SECRETS_MANAGER: secretsManager.endpoint,
    AWS_ENDPOINT_URL_DYNAMODB: dynamo.endpoint,
    COORDINATION_TABLE: tables.coordination,
    MCP_SECRETS_NAME: 'agentcore-dev/mcp',
    GOOGLE_SECRETS_NAME: 'agentcore-dev/google',
    LOG_LEVEL: 'error',
  });
  const { handler } = await import('../src/lambda.ts');
  const api = await startHttpApiPeer({ 'POST /google/mcp': handler });
  return {
    google,
    secrets,
    tagged,
    fillIn() {
      secrets.set('agentcore-dev/mcp', JSON.stringify({ auth_token: token }));
      secrets.set(
        'agentcore-dev/google',
        JSON.stringify({
          service_account: google.credentials.serviceAccount,
          admin_subject: google.adminSubject,
          saml_provider_name: 'google',
          base_url: google.url,
          token_url: google.tokenUrl,
        }),
      );
    },
    post: (headers: Record<string, string>) =>
      fetch(`${api.url}/google/mcp`, {
        method: 'POST',
        headers: {
          'content-type': 'application/json',
          accept: 'application/json, text/event-stream',
          ...headers,
        },
        body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
      }),
    async connect() {
      const mcp = new Client({ name: 'test', version: '0' });
      await mcp.connect(
        new StreamableHTTPClientTransport(new URL(`${api.url}/google/mcp`), {
          requestInit: { headers: { authorization: `Bearer ${token}` } },
        }),
      );
      return mcp;
    },
    async close() {
      for (const part of [api, secretsManager, dynamo, google]) await part.close();
      await rm(dataDir, { recursive: true });
    },
  };
}

let site: Awaited<ReturnType<typeof openSite>>;
beforeAll(async () => {
  // Metrics are lines on stdout.
  jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  site = await openSite();
});
afterAll(async () => {
  jest.restoreAllMocks();
  await site.close();
});

// In this order: the secrets are filled in between.
describe('the Google MCP function', () => {
  it('serves nobody while its secrets are empty shells, and tells only who has the token what is missing', async () => {
    const open = await site.post({ authorization: 'Bearer undefined' });
    expect([open.status, await open.text()]).toEqual([503, expect.not.stringContaining('agentcore-dev')]);

    site.secrets.set('agentcore-dev/mcp', JSON.stringify({ auth_token: token }));
    expect((await site.post({})).status).toBe(401);
    const told = await site.post({ authorization: `Bearer ${token}` });
    expect([told.status, await told.text()]).toEqual([
      503,
      expect.stringContaining('the secret agentcore-dev/google has no value yet'),
    ]);
  });

  it('refuses a missing and a wrong bearer', async () => {
    site.fillIn();
    for (const headers of [{}, { authorization: 'Bearer wrong' }, { authorization: `Basic ${token}` }])
      expect((await site.post(headers as Record<string, string>)).status).toBe(401);
    expect((await site.post({ authorization: `Bearer ${token}` })).status).toBe(200);
  });

  it('creates a user exactly once, and hands the password to Secrets Manager only', async () => {
    const client = await site.connect();
    const input = {
      name: 'create_user',
      arguments: { primary_email: 'jo.newcomer@example.com', first_name: 'Jo', last_name: 'Newcomer' },
    };
    const first = await client.callTool(input);
    const second = await client.callTool(input);
    expect([first.structuredContent, second.structuredContent]).toMatchObject([
      {
        created: true,
        password_reference: expect.stringMatching(/^secret agentcore-dev\/initial-passwords\//),
      },
      { created: false },
    ]);
    const inserted = site.google.requests.filter(
      ({ method, path }) => method === 'POST' && /\/users$/.test(path),
    );
    expect(inserted).toHaveLength(1);
    const kept = [...site.secrets].filter(([name]) => name.includes('/initial-passwords/'));
    expect(kept.map(([name]) => name)).toEqual([
      expect.stringMatching(/^agentcore-dev\/initial-passwords\/jo\.newcomer@example\.com-[0-9a-f]{8}$/),
    ]);
    expect([...site.tagged.values()]).toEqual([
      [
        { Key: 'project', Value: 'hitl-mcp' },
        { Key: 'environment', Value: 'dev' },
        { Key: 'cost_center', Value: 'platform' },
      ],
    ]);
    const { password } = JSON.parse(kept[0]?.[1] ?? '{}');
    expect(password).toHaveLength(24);
    expect(JSON.stringify([first, second])).not.toContain(password);
    await client.close();
  });

  it('changes the roles of one user one after the other, under a lock that other instances see', async () => {
    const client = await site.connect();
    const answers = await Promise.all(
      ['Reader', 'Writer', 'Auditor'].map((name) =>
        client.callTool({
          name: 'add_aws_role',
          arguments: { user_key: 'jo.newcomer@example.com', admin_role: role(name) },
        }),
      ),
    );
    expect(answers.map(({ isError }) => isError ?? false)).toEqual([false, false, false]);
    const { structuredContent } = await client.callTool({
      name: 'list_aws_roles',
      arguments: { user_key: 'jo.newcomer@example.com' },
    });
    const { roles } = structuredContent as { roles: { admin_role: string }[] };
    expect(roles.map(({ admin_role }) => admin_role).sort()).toEqual(
      ['Auditor', 'Reader', 'Writer'].map(role),
    );
    await client.close();
  });
});
