import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describeToolSourceContract } from '@hitl/testing/contracts';
import { createMcpToolSource, type McpToolSourceOptions } from '../src/index.ts';
import { startFaultHttpServer } from './fixtures/fault-http-server.ts';
import { scriptServer, startScripted } from './fixtures/in-process-server.ts';
import { acceptAll } from './fixtures/tool-source.ts';

function subjectOf(server: string, options: Omit<McpToolSourceOptions, 'pins'>, stop: () => Promise<void>) {
  const subject = createMcpToolSource({ pins: acceptAll, ...options });
  return {
    subject,
    echo: { server, tool: 'echo', arguments: { text: 'hello there' } },
    hang: { server, tool: 'hang', arguments: {} },
    async close() {
      await subject.close();
      await stop();
    },
  };
}

describeToolSourceContract('createMcpToolSource over a server in this process', async () => {
  const tool = (name: string) => ({ name, description: name, inputSchema: { type: 'object' } });
  const script = scriptServer([tool('echo'), tool('hang')], async (name, args) =>
    name === 'hang' ? new Promise(() => {}) : { content: [{ type: 'text', text: JSON.stringify(args) }] },
  );
  const servers = [{ kind: 'builtin', alias: 'here', isTrusted: true, name: 'scripted' }] as const;
  const builtins = { scripted: () => startScripted(script) };
  return { ...subjectOf('here', { servers, builtins }, async () => {}), echoed: 'hello there' };
});

describeToolSourceContract('createMcpToolSource over stdio', async () => {
  const stateDir = await mkdtemp(join(tmpdir(), 'mcp-contract-'));
  const path = join(import.meta.dirname, 'fixtures/fault-stdio-server.mjs');
  const servers = [{ kind: 'stdio', alias: 'child', isTrusted: false, path, args: [stateDir] }] as const;
  const stop = () => rm(stateDir, { recursive: true, force: true });
  return { ...subjectOf('child', { servers }, stop), echoed: 'hello there' };
});

describeToolSourceContract('createMcpToolSource over Streamable HTTP', async () => {
  const server = await startFaultHttpServer();
  const servers = [{ kind: 'http', alias: 'web', isTrusted: false, url: server.url }] as const;
  // This server echoes the call's idempotency key.
  return { ...subjectOf('web', { servers }, async () => void (await server.close())), echoed: 'k1' };
});
