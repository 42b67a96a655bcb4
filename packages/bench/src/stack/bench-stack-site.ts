import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { acceptTool } from '@hitl/application';
import { type LocalStack, startLocalStack } from '@hitl/local';

const root = fileURLToPath(new URL('../../../..', import.meta.url));

export interface BenchSite {
  readonly stack: LocalStack;
  readonly voters: readonly string[];
  /** Executions that reached the tool server, with the machine's monotonic time in nanoseconds. */
  executions(): Promise<{ arguments: { user: string }; at: string }[]>;
  close(): Promise<void>;
}

/** The whole embedded stack on an empty data directory, with a stdio tool server of its own and a thousand people who may vote. */
export async function openBenchSite(): Promise<BenchSite> {
  const folder = await mkdtemp(join(tmpdir(), 'hitl-mcp-bench-'));
  const journal = join(folder, 'executions.jsonl');
  const voters = Array.from({ length: 1000 }, (_, index) => `voter-${index}`);
  const directoryPath = join(folder, 'directory.json');
  const people = [
    { id: 'alice', kind: 'user', groups: ['employees'] },
    ...voters.map((id) => ({ id, kind: 'user', groups: ['security'] })),
  ];
  await writeFile(directoryPath, JSON.stringify({ version: 1, principals: people }));
  const stack = await startLocalStack({
    dataDir: join(folder, 'data'),
    listen: { port: 0 },
    env: {
      PATH: process.env.PATH,
      HOME: folder,
      DIRECTORY_PATH: directoryPath,
      POLICY_PATH: join(root, 'tests/fixtures/counting-policy.yaml'),
      MCP_SERVERS: `count=${join(root, 'tests/fixtures/counting-server.mjs')} ${journal}`,
    },
  });
  const carol = { id: 'voter-0', kind: 'user', assurance: 'asserted', channel: 'cli' } as const;
  for (const name of ['count/disable_account', 'count/label_account'])
    await acceptTool(stack.deps, carol, name);
  return {
    stack,
    voters,
    async executions() {
      const text = await readFile(journal, 'utf8').catch(() => '');
      return text
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line));
    },
    async close() {
      await stack.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
