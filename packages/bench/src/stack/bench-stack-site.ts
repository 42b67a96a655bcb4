import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../../..', import.meta.url));
const stackPath = fileURLToPath(new URL('./stack-process.ts', import.meta.url));

/** What only the stack's own process knows. */
export interface StackFacts {
  /** Milliseconds that the model took since the last question. */
  readonly modelMs: number;
  readonly rssBytes: number;
  readonly peakRssBytes: number;
}

export interface Execution {
  readonly arguments: { readonly user: string };
  /** The machine's monotonic time in nanoseconds, as `process.hrtime.bigint()` of any process says it. */
  readonly at: string;
}

export interface BenchSite {
  readonly url: string;
  readonly token: string;
  readonly voters: readonly string[];
  facts(): Promise<StackFacts>;
  /** Resolves when no run moves by itself any more. */
  idle(): Promise<void>;
  /** Executions that reached the tool server. */
  executions(): Promise<Execution[]>;
  close(): Promise<void>;
}

/**
 * The whole embedded stack in a process of its own on an empty data directory, with a stdio tool server in another process and a
 * thousand people who may vote.
 */
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
  const env = {
    // Refused votes are warnings; a thousand of them would bury what the bench says.
    LOG_LEVEL: 'error',
    DIRECTORY_PATH: directoryPath,
    POLICY_PATH: join(root, 'tests/fixtures/counting-policy.yaml'),
    MCP_SERVERS: `count=${join(root, 'tests/fixtures/counting-server.mjs')} ${journal}`,
  };
  const accept = ['count/disable_account', 'count/label_account'];
  const child = fork(stackPath, [join(folder, 'data'), JSON.stringify(env), JSON.stringify(accept)], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    // Started as `hitl-mcp start` is: without the flags of the bench.
    execArgv: [],
  });
  const { url, token } = await answerOf<{ url: string; token: string }>(child);
  const ask = (kind: 'facts' | 'idle'): Promise<StackFacts> => {
    const answer = answerOf<StackFacts>(child);
    child.send({ kind });
    return answer;
  };
  return {
    url,
    token,
    voters,
    facts: () => ask('facts'),
    idle: async () => void (await ask('idle')),
    async executions() {
      const text = await readFile(journal, 'utf8').catch(() => '');
      return text
        .split('\n')
        .filter(Boolean)
        .map((line) => JSON.parse(line));
    },
    async close() {
      const exited = child.exitCode === null ? once(child, 'exit') : undefined;
      if (child.connected) child.send({ kind: 'close' });
      await exited;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function answerOf<T>(child: ChildProcess): Promise<T> {
  const stop = new AbortController();
  try {
    return await Promise.race([
      once(child, 'message', stop).then(([answer]) => answer as T),
      once(child, 'exit', stop).then(([code]) => {
        throw new Error(`the stack ended with ${code}`);
      }),
    ]);
  } finally {
    stop.abort();
  }
}
