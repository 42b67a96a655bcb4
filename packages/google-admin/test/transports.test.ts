import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { serveHttp } from '@hitl/mcp-server';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { runServerConformance } from '../../mcp-server/test/run-server-conformance.ts';
import { type Harness, startHarness } from './start-harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.close());

const toolNames = [
  'create_user',
  'preview_create_user',
  'list_users',
  'get_user',
  'list_aws_roles',
  'suspend_user',
  'preview_suspend_user',
  'restore_user',
  'preview_restore_user',
  'add_aws_role',
  'preview_add_aws_role',
  'remove_aws_role',
  'preview_remove_aws_role',
];

describe('the Google Workspace MCP server', () => {
  it('offers its tools, each change with a preview, reads marked as reads', async () => {
    const { tools } = await harness.client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(toolNames);
    const facts = (name: string) => tools.find((tool) => tool.name === name);
    for (const name of ['create_user', 'suspend_user', 'restore_user', 'add_aws_role', 'remove_aws_role']) {
      expect(facts(name)?._meta).toEqual({ 'hitl-mcp/preview': `preview_${name}` });
      expect(facts(name)?.annotations?.readOnlyHint).toBe(false);
    }
    for (const name of ['list_users', 'get_user', 'list_aws_roles'])
      expect(facts(name)?.annotations).toMatchObject({ readOnlyHint: true, destructiveHint: false });
    expect(facts('suspend_user')?.annotations?.destructiveHint).toBe(true);
    expect(facts('remove_aws_role')?.annotations?.destructiveHint).toBe(true);
    expect(facts('add_aws_role')?.inputSchema.properties).toMatchObject({
      admin_role: { pattern: '^arn:aws:iam::\\d{12}:role\\/[a-zA-Z0-9_-]+$' },
      identity_provider: { pattern: '^arn:aws:iam::\\d{12}:saml-provider\\/[a-zA-Z0-9_-]+$' },
    });
    expect(JSON.stringify(tools)).not.toMatch(/oneOf|allOf/);
  });

  it('works as a real stdio process, and leaves the password in an owner-only file', async () => {
    const passwordDirectory = await mkdtemp(join(tmpdir(), 'passwords-'));
    const settings = {
      rootUrl: harness.emulator.url,
      tokenUrl: harness.emulator.tokenUrl,
      passwordDirectory,
      variables: {
        GOOGLE_SERVICE_ACCOUNT: JSON.stringify(harness.emulator.credentials.serviceAccount),
        GOOGLE_ADMIN_SUBJECT: harness.emulator.adminSubject,
      },
    };
    const client = new Client({ name: 'test', version: '0' });
    await client.connect(
      new StdioClientTransport({
        command: process.execPath,
        args: [join(import.meta.dirname, 'stdio-main.ts'), JSON.stringify(settings)],
      }),
    );
    expect((await client.listTools()).tools).toHaveLength(toolNames.length);
    const result = await client.callTool({
      name: 'create_user',
      arguments: { primary_email: 'stdio@example.com', first_name: 'Stan', last_name: 'Dio' },
    });
    expect(result.structuredContent).toMatchObject({ created: true });
    const [file = ''] = await readdir(passwordDirectory);
    const { password } = JSON.parse(await readFile(join(passwordDirectory, file), 'utf8'));
    expect(JSON.stringify(result)).not.toContain(password);
    await client.close();
    await rm(passwordDirectory, { recursive: true });
  });

  it('works over Streamable HTTP with a bearer token, and not without', async () => {
    const authToken = ['token', 'for', 'tests'].join('-');
    const server = await serveHttp(harness.spec, { port: 0, authToken });
    const connect = async (token: string) => {
      const client = new Client({ name: 'test', version: '0' });
      const requestInit = { headers: { authorization: `Bearer ${token}` } };
      await client.connect(new StreamableHTTPClientTransport(new URL(server.url), { requestInit }));
      return client;
    };
    await expect(connect('wrong')).rejects.toMatchObject({ code: 401 });
    const client = await connect(authToken);
    await client.listTools();
    const answers = await Promise.all(
      ['jane@example.com', 'user@example.com'].map((user_key) =>
        client.callTool({ name: 'get_user', arguments: { user_key } }),
      ),
    );
    expect(answers.map(({ structuredContent }) => structuredContent)).toMatchObject([
      { first_name: 'Jane' },
      { first_name: 'Uma' },
    ]);
    await client.close();
    await server.close();
  });

  it('passes every conformance scenario that a tools-only server can', async () => {
    const { exitCode, output } = await runServerConformance(harness.spec);
    expect([exitCode, exitCode === 0 ? '' : output]).toEqual([0, '']);
  });
});
