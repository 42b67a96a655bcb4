import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { createMcpToolSource, type ServerConfig } from '@hitl/mcp-client';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { BenchRow } from './bench-row.ts';
import { createEchoServer } from './mcp-echo-server.ts';

const maxRatio = 1.1;
const warmUpCalls = 400;
/** Rounds alternate between the two sides, so that whatever else the machine does hits both alike. */
const rounds = 30;
const callsPerRound = { inProcess: 400, stdio: 200, http: 60 };

type CallOnce = () => Promise<void>;

interface Contest {
  readonly transport: keyof typeof callsPerRound;
  readonly label: string;
  /** Starts one server per side of the same code; each side calls it once per invocation. */
  start(): Promise<{ readonly ours: CallOnce; readonly bare: CallOnce; stop(): Promise<void> }>;
}

/** What one `call` of the tool source costs over `callTool` of the bare SDK client, on the same echo server. */
export async function benchMcp(): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  for (const contest of contests) {
    const { ours, bare, stop } = await contest.start();
    try {
      rows.push(...(await compare(contest, ours, bare)));
    } finally {
      await stop();
    }
  }
  return rows;
}

async function compare(contest: Contest, ours: CallOnce, bare: CallOnce): Promise<BenchRow[]> {
  for (let call = 0; call < warmUpCalls; call += 1) {
    await ours();
    await bare();
  }
  const calls = callsPerRound[contest.transport];
  const oursMs: number[] = [];
  const bareMs: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    const first = round % 2 === 0;
    await timeCalls(first ? ours : bare, calls, first ? oursMs : bareMs);
    await timeCalls(first ? bare : ours, calls, first ? bareMs : oursMs);
  }
  const oursP50 = median(oursMs);
  const bareP50 = median(bareMs);
  const ratio = oursP50 / bareP50;
  return [
    { name: `mcp ${contest.label}: bare SDK client, p50`, value: bareP50, unit: 'ms' },
    { name: `mcp ${contest.label}: tool source, p50`, value: oursP50, unit: 'ms' },
    {
      name: `mcp ${contest.label}: tool source / bare SDK`,
      value: ratio,
      unit: 'x',
      target: `<= ${maxRatio.toFixed(2)}`,
      met: ratio <= maxRatio,
      note: `${rounds} alternating rounds of ${calls} sequential calls`,
    },
  ];
}

async function timeCalls(call: CallOnce, count: number, into: number[]): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    const start = performance.now();
    await call();
    into.push(performance.now() - start);
  }
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

const echoArguments = { text: 'x'.repeat(64) };

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
      const result = await client.callTool({ name: 'echo', arguments: echoArguments });
      if (result.isError === true) throw new Error('the echo server failed');
    },
    close: () => client.close(),
  };
}

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
        await callThroughSdk(new StreamableHTTPClientTransport(new URL(url)) as Transport),
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
