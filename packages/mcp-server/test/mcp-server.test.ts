import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { z } from 'zod';
import { connectInProcess, createMcpServer, defineTool, errorMetaKey } from '../src/index.ts';
import { createSampleSpec } from './sample-spec.ts';

async function connected(spec = createSampleSpec().spec) {
  const client = new Client({ name: 'test', version: '0' });
  await client.connect(connectInProcess(spec));
  return client;
}

describe('an MCP server built from a spec', () => {
  it('lists each tool with 2020-12 schemas, annotations and its preview companion', async () => {
    const client = await connected();
    const { tools } = await client.listTools();
    expect(tools.map((tool) => tool.name)).toEqual(['rename', 'preview_rename', 'conflict', 'crash', 'wait']);
    const [rename, preview] = tools;
    expect(rename).toMatchObject({
      title: 'Rename',
      inputSchema: {
        $schema: 'https://json-schema.org/draft/2020-12/schema',
        type: 'object',
        additionalProperties: false,
        required: ['name'],
      },
      outputSchema: { type: 'object' },
      annotations: { readOnlyHint: false, idempotentHint: true },
      _meta: { 'hitl-mcp/preview': 'preview_rename' },
    });
    expect(preview?.inputSchema).toEqual(rename?.inputSchema);
    expect(preview?.annotations).toMatchObject({ readOnlyHint: true, idempotentHint: true });
    expect(preview?._meta).toBeUndefined();
    await client.close();
  });

  it('answers with structured content that the official client validates, and the same as text', async () => {
    const { spec, seen } = createSampleSpec();
    const client = await connected(spec);
    await client.listTools();
    const result = await client.callTool({
      name: 'rename',
      arguments: { name: 'abc' },
      _meta: { 'hitl-mcp/idempotency-key': 'key-1' },
    });
    expect(result.structuredContent).toEqual({ renamed: 'abc' });
    expect(result.content).toEqual([{ type: 'text', text: '{"renamed":"abc"}' }]);
    expect(seen.keys).toEqual(['key-1']);
    const preview = await client.callTool({ name: 'preview_rename', arguments: { name: 'abc' } });
    expect(preview.structuredContent).toMatchObject({
      summary: 'Rename to abc',
      changes: [{ path: 'name' }],
    });
    expect(seen.keys).toHaveLength(1);
    await client.close();
  });

  it('names every wrong field and runs nothing', async () => {
    const { spec, seen } = createSampleSpec();
    const client = await connected(spec);
    const result = await client.callTool({
      name: 'rename',
      arguments: { name: 'ABC', tags: ['a', 1], color: 'red' },
    });
    expect(result.isError).toBe(true);
    expect(result._meta?.[errorMetaKey]).toMatchObject({
      code: 'invalid_input',
      errors: [
        { path: 'name', message: 'lower-case letters only' },
        { path: 'tags[1]', message: expect.any(String) },
        { path: 'color', message: 'is not an argument' },
      ],
    });
    expect(result.content).toMatchObject([{ text: expect.stringContaining('name, tags[1], color') }]);
    expect(seen.keys).toEqual([]);
    await client.close();
  });

  it('tells the code and details of a known error, without secrets', async () => {
    const client = await connected();
    await client.listTools();
    const result = await client.callTool({ name: 'conflict', arguments: {} });
    expect(result).toMatchObject({
      isError: true,
      content: [{ type: 'text', text: 'conflict: somebody else was first' }],
      _meta: {
        [errorMetaKey]: {
          code: 'conflict',
          is_retryable: false,
          details: { seen_by: 'u1', access_token: '[redacted]' },
        },
      },
    });
    await client.close();
  });

  it('tells nothing of an unknown error to the caller and everything to the operator', async () => {
    const { spec, seen } = createSampleSpec();
    const client = await connected(spec);
    const result = await client.callTool({ name: 'crash', arguments: {} });
    expect(result.isError).toBe(true);
    expect(JSON.stringify(result)).not.toContain('db-17');
    expect(JSON.stringify(result)).not.toContain('.ts');
    expect(String(seen.unexpected[0])).toContain('db-17');
    await client.close();
  });

  it('refuses an unknown tool with a protocol error', async () => {
    const client = await connected();
    await expect(client.callTool({ name: 'nope' })).rejects.toMatchObject({ code: -32602 });
    await client.close();
  });

  it('aborts a call that the client cancels', async () => {
    const { spec, seen, started } = createSampleSpec();
    const client = await connected(spec);
    const abort = new AbortController();
    const call = client.callTool({ name: 'wait', arguments: {} }, undefined, { signal: abort.signal });
    await started;
    abort.abort();
    await expect(call).rejects.toThrow();
    expect(seen.aborted).toBe(1);
    await client.close();
  });

  it('refuses at start a spec with a duplicate name or a schema that is not an object', () => {
    const tool = createSampleSpec().spec.tools[0];
    if (tool === undefined) throw new Error('the sample has tools');
    const spec = { name: 'x', version: '0' };
    expect(() => createMcpServer({ ...spec, tools: [tool, tool] })).toThrow('two tools named rename');
    const bad = defineTool({ ...tool, inputSchema: z.string() });
    expect(() => createMcpServer({ ...spec, tools: [bad] })).toThrow('input schema of rename');
  });
});

describe('over stdio, as a real process', () => {
  const command = {
    command: process.execPath,
    args: [fileURLToPath(new URL('./stdio-main.ts', import.meta.url))],
  };

  it('serves, and keeps stray console output off the protocol', async () => {
    const transport = new StdioClientTransport({ ...command, stderr: 'pipe' });
    let stderr = '';
    transport.stderr?.on('data', (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    const client = new Client({ name: 'test', version: '0' });
    const errors: Error[] = [];
    client.onerror = (error) => errors.push(error);
    await client.connect(transport);
    const result = await client.callTool({ name: 'rename', arguments: { name: 'abc' } });
    expect(result.structuredContent).toEqual({ renamed: 'abc' });
    await client.close();
    expect(errors).toEqual([]);
    expect(stderr).toContain('a stray line');
  });

  it('exits by itself with 0 when stdin ends', async () => {
    const child = spawn(command.command, command.args, { stdio: ['pipe', 'pipe', 'ignore'] });
    child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' })}\n`);
    await once(child.stdout, 'data');
    child.stdin.end();
    expect(await once(child, 'exit')).toEqual([0, null]);
  });

  it('exits on SIGTERM with a call in flight', async () => {
    const transport = new StdioClientTransport({ ...command, stderr: 'ignore' });
    const client = new Client({ name: 'test', version: '0' });
    await client.connect(transport);
    const closed = new Promise<void>((resolve) => {
      client.onclose = resolve;
    });
    const call = client.callTool({ name: 'wait', arguments: {} }).catch((error: unknown) => error);
    await client.ping();
    process.kill(transport.pid ?? 0, 'SIGTERM');
    await closed;
    expect(await call).toBeInstanceOf(Error);
  });
});
