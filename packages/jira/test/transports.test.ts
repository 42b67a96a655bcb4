import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { serveHttp } from '@hitl/mcp-server';
import { describe, expect, it } from '@jest/globals';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { runServerConformance } from '../../mcp-server/test/run-server-conformance.ts';
import { issuesOf, startJiraHarness } from './jira-harness.ts';

const upload = {
  name: 'bulk_issue_upload',
  arguments: { project_key: 'OPS', issues: [{ summary: 'from outside' }] },
};

async function connect(transport: Transport): Promise<Client> {
  const client = new Client({ name: 'test', version: '1.0.0' });
  await client.connect(transport);
  return client;
}

describe('the Jira MCP server', () => {
  it('offers both tools with their previews, honest annotations and schemas', async () => {
    await using site = await startJiraHarness();
    const { tools } = await site.client.listTools();
    expect(
      tools.map(({ name, annotations }) => [name, annotations?.readOnlyHint, annotations?.idempotentHint]),
    ).toEqual([
      ['create_project', false, true],
      ['preview_create_project', true, true],
      ['bulk_issue_upload', false, true],
      ['preview_bulk_issue_upload', true, true],
    ]);
    for (const tool of tools) {
      expect(tool.inputSchema).toMatchObject({ type: 'object', additionalProperties: false });
      expect(tool.outputSchema?.type).toBe('object');
    }
    expect(tools[0]?.inputSchema.required).toEqual(['name']);
    expect(tools[2]?.inputSchema.required).toEqual(['project_key', 'issues']);
  });

  it('works over stdio', async () => {
    await using site = await startJiraHarness();
    const { email, apiToken } = site.jira.credentials;
    const main = join(dirname(fileURLToPath(import.meta.url)), 'stdio-main.ts');
    const client = await connect(
      new StdioClientTransport({
        command: process.execPath,
        args: [main, site.jira.url, email, apiToken],
        stderr: 'ignore',
      }),
    );
    try {
      expect((await client.callTool(upload)).structuredContent).toMatchObject({ counts: { created: 1 } });
      expect(await issuesOf(site.jira, 'OPS')).toHaveLength(1);
    } finally {
      await client.close();
    }
  });

  it('works over Streamable HTTP with the bearer token, and only with it', async () => {
    await using site = await startJiraHarness();
    const authToken = ['bearer', 'for', 'tests'].join('-');
    const served = await serveHttp(site.spec, { port: 0, authToken });
    try {
      const url = new URL(served.url);
      await expect(connect(new StreamableHTTPClientTransport(url))).rejects.toThrow(/401|bearer/i);
      const client = await connect(
        new StreamableHTTPClientTransport(url, {
          requestInit: { headers: { authorization: `Bearer ${authToken}` } },
        }),
      );
      expect((await client.callTool(upload)).structuredContent).toMatchObject({ counts: { created: 1 } });
      await client.close();
    } finally {
      await served.close();
    }
  });

  it('passes every conformance scenario that a tools-only server can', async () => {
    await using site = await startJiraHarness();
    const { exitCode, output } = await runServerConformance(site.spec);
    expect([exitCode, exitCode === 0 ? '' : output]).toEqual([0, '']);
  });
});
