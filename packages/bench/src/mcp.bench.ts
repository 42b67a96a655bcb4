import { type ChildProcess, spawn } from 'node:child_process';
import { once, setMaxListeners } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createMcpToolSource, idempotencyMetaKey, type ServerConfig } from '@hitl/mcp-client';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { BenchRow } from './bench-row.ts';
import { createEchoServer } from './mcp-echo-server.ts';

const maxRatio = 1.1;

/**
 * Per transport: how often both sides are started anew (a pair of processes may land well or badly on the cores), and the
 * calls per side, which alternate one by one so that whatever else the machine does hits both alike.
 */
const plan = {
  inProcess: { starts: 3, warmUpCalls: 5000, calls: 10_000 },
  stdio: { starts: 7, warmUpCalls: 1500, calls: 3000 },
  http: { starts: 3, warmUpCalls: 400, calls: 1200 },
};

type CallOnce = () => Promise<void>;

interface Contest {
  readonly transport: keyof typeof plan;
  readonly label: string;
  /** Starts one server per side of the same code; each side calls it once per invocation. */
  start(): Promise<{ readonly ours: CallOnce; readonly bare: CallOnce; stop(): Promise<void> }>;
}

/** What one `call` of the tool source costs over `callTool` of the bare SDK client, on the same echo server. */
export async function benchMcp(): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const contest of contests) {
    const duels: Duel[] = [];
    for (let start = 0; start < plan[contest.transport].starts; start += 1) duels.push(await fight(contest));
    rows.push(...report(contest, duels));
  }
  return rows;
}

interface Duel {
  readonly oursP50: number;
  readonly bareP50: number;
}

async function fight(contest: Contest): Promise<Duel> {
  const { warmUpCalls, calls } = plan[contest.transport];
  const { ours, bare, stop } = await contest.start();
  const oursMs: number[] = [];
  const bareMs: number[] = [];
  try {
    for (let call = 0; call < warmUpCalls; call += 1) {
      await ours();
      await bare();
    }
    for (let call = 0; call < calls; call += 1) {
      oursMs.push(await timeOf(ours));
      bareMs.push(await timeOf(bare));
    }
  } finally {
    await stop();
  }
  return { oursP50: median(oursMs), bareP50: median(bareMs) };
}

function report(contest: Contest, duels: readonly Duel[]): BenchRow[] {
  const { starts, calls } = plan[contest.transport];
  const ratio = median(duels.map(({ oursP50, bareP50 }) => oursP50 / bareP50));
  const name = `mcp ${contest.label}`;
  return [
    { name: `${name}: bare SDK client, p50`, value: median(duels.map((duel) => duel.bareP50)), unit: 'ms' },
    { name: `${name}: tool source, p50`, value: median(duels.map((duel) => duel.oursP50)), unit: 'ms' },
    {
      name: `${name}: tool source / bare SDK client`,
      value: ratio,
      unit: 'x',
      target: `<= ${maxRatio.toFixed(2)}`,
      met: ratio <= maxRatio,
      note: `median of ${starts} starts, ${calls} alternating calls per side each`,
    },
  ];
}

async function timeOf(call: CallOnce): Promise<number> {
  const start = performance.now();
  await call();
  return performance.now() - start;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

const echoArguments = { text: 'x'.repeat(64) };
/** Both sides send the same bytes: the idempotency key is part of the product's calls, its cost on the server is not ours. */
const sameCall = { name: 'echo', arguments: echoArguments, _meta: { [idempotencyMetaKey]: 'bench' } };

async function callThroughSource(config: ServerConfig): Promise<{ call: CallOnce; close(): Promise<void> }> {
  const source = createMcpToolSource({
    servers: [config],
    builtins: { echo: createEchoServer },
    pins: { isAccepted: async () => true },
  });
  const [tool] = (await source.list()).tools;
  if (tool === undefined) throw new Error('the echo server lists no tool');
  const call = { server: tool.server, tool: tool.tool, arguments: echoArguments };
  const options = { timeoutMs: 30_000, idempotencyKey: 'bench' };
  return {
    async call() {
      const outcome = await source.call(call, tool.digest, options);
      if (outcome.kind !== 'succeeded') throw new Error(JSON.stringify(outcome));
    },
    close: () => source.close(),
  };
}

async function callThroughSdk(transport: Transport): Promise<{ call: CallOnce; close(): Promise<void> }> {
  const client = new Client({ name: 'bench', version: '1' });
  await client.connect(transport);
  await client.listTools();
  return {
    async call() {
      const result = await client.callTool(sameCall);
      if (result.isError === true) throw new Error('the echo server failed');
    },
    close: () => client.close(),
  };
}

/** The SDK gives one signal to all requests of a transport; Node warns of a leak before their listeners are collected. */
const quietFetch: typeof fetch = (url, init) => {
  if (init?.signal != null) setMaxListeners(0, init.signal);
  return fetch(url, init);
};

const serverPath = join(import.meta.dirname, 'mcp-echo-server.ts');

const contests: readonly Contest[] = [
  {
    transport: 'inProcess',
    label: 'in-process',
    async start() {
      const [ours, theirs] = InMemoryTransport.createLinkedPair();
      await createEchoServer().connect(theirs);
      return pair(
        await callThroughSource({ kind: 'builtin', alias: 'echo', isTrusted: true, name: 'echo' }),
        await callThroughSdk(ours),
      );
    },
  },
  {
    transport: 'stdio',
    label: 'stdio',
    async start() {
      const args = [serverPath, 'stdio'];
      return pair(
        await callThroughSource({
          kind: 'stdio',
          alias: 'echo',
          isTrusted: false,
          path: serverPath,
          args: ['stdio'],
        }),
        await callThroughSdk(new StdioClientTransport({ command: process.execPath, args })),
      );
    },
  },
  {
    transport: 'http',
    label: 'HTTP',
    async start() {
      const { child, url } = await startHttpServer();
      return pair(
        await callThroughSource({ kind: 'http', alias: 'echo', isTrusted: false, url }),
        await callThroughSdk(
          new StreamableHTTPClientTransport(new URL(url), { fetch: quietFetch }) as Transport,
        ),
        async () => {
          child.kill();
          if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
        },
      );
    },
  },
];

function pair(
  ours: Awaited<ReturnType<typeof callThroughSource>>,
  bare: Awaited<ReturnType<typeof callThroughSdk>>,
  stopServer: () => Promise<void> = async () => {},
) {
  return {
    ours: ours.call,
    bare: bare.call,
    async stop() {
      await Promise.all([ours.close(), bare.close()]);
      await stopServer();
    },
  };
}

async function startHttpServer(): Promise<{ child: ChildProcess; url: string }> {
  const child = spawn(process.execPath, [serverPath, 'http'], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [url] = await once(createInterface({ input: child.stdout }), 'line');
  return { child, url: String(url) };
}
