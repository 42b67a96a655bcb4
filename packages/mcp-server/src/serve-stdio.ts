import { Console } from 'node:console';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import { createMcpServer } from './create-mcp-server.ts';
import type { McpServerSpec } from './server-tool.ts';

/**
 * Serves this process's stdin and stdout. `closed` resolves after the client closed stdin or the process was asked to end
 * (SIGTERM, SIGINT); calls in flight are then aborted. The caller exits the process.
 */
export async function serveStdio(spec: McpServerSpec): Promise<{ readonly closed: Promise<void> }> {
  // A stray console.log would be read as a protocol message.
  globalThis.console = new Console(process.stderr, process.stderr);
  const server = createMcpServer(spec);
  const { promise: closed, resolve } = Promise.withResolvers<void>();
  const close = () => void server.close();
  server.onclose = () => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) process.off(signal, close);
    process.stdin.destroy();
    resolve();
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const) process.once(signal, close);
  process.stdin.once('end', close);
  process.stdin.once('close', close);
  // Without a listener a client that died while we write would crash the process with EPIPE.
  process.stdout.on('error', close);
  await server.connect(new StdioServerTransport());
  return { closed };
}
