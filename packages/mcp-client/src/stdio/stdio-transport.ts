import { type ChildProcessByStdio, spawn } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { getDefaultEnvironment } from '@modelcontextprotocol/sdk/client/stdio.js';
import { serializeMessage } from '@modelcontextprotocol/sdk/shared/stdio.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import type { JSONRPCMessage, RequestId } from '@modelcontextprotocol/sdk/types.js';
import { delay } from '../deadline.ts';
import { answerLost } from '../lost-answer.ts';
import { runsUnderNode } from '../parse-mcp-servers.ts';
import type { StdioServerConfig } from '../server-config.ts';
import { createLineSplitter } from './line-splitter.ts';
import { killGroup, type ProcessReaper } from './process-reaper.ts';

export interface StdioTransportOptions {
  readonly config: StdioServerConfig;
  readonly reaper: ProcessReaper;
  readonly maxMessageBytes: number;
  /** How long a child may take to end after its input is closed, and again after SIGTERM. */
  readonly graceMs?: number;
}

export interface StdioTransport extends Transport {
  readonly pid: () => number | undefined;
  /** How the process ended, with the last line it wrote to stderr; `undefined` while it runs. */
  readonly exitReason: () => string | undefined;
}

const stderrTailBytes = 2048;
/** After the leader's exit its pipes close at once, unless a process that left the group still holds them. */
const drainMs = 250;

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/**
 * Differs from the SDK's own stdio transport where servers misbehave: the child leads its own process group, so that
 * grandchildren die too; an oversized message costs one call instead of the connection; the exit is told with its reason.
 */
export function createStdioTransport(options: StdioTransportOptions): StdioTransport {
  const { config, reaper, maxMessageBytes, graceMs = 1000 } = options;
  const outstanding = new Set<RequestId>();
  let child: Child | undefined;
  let exitReason: string | undefined;
  let stderrTail = '';
  let finish: () => void = () => {};
  const finished = new Promise<void>((resolve) => {
    finish = resolve;
  });

  const transport: StdioTransport = {
    start,
    send,
    close,
    pid: () => child?.pid,
    exitReason: () => exitReason,
  };

  const splitter = createLineSplitter(maxMessageBytes, {
    onLine(line) {
      let message: JSONRPCMessage;
      try {
        message = readMessage(line);
      } catch (error) {
        // Servers print banners and logs to stdout; a line that is no message is noise, not an end.
        transport.onerror?.(error instanceof Error ? error : new Error(String(error)));
        return;
      }
      if ('id' in message && !('method' in message) && message.id !== undefined)
        outstanding.delete(message.id);
      transport.onmessage?.(message);
    },
    onOversize(head, tail, bytes) {
      const id = requestIdOf(head, tail) ?? (outstanding.size === 1 ? [...outstanding][0] : undefined);
      if (id === undefined || !outstanding.delete(id)) return;
      transport.onmessage?.(
        answerLost(id, `the answer has ${bytes} bytes, more than the limit of ${maxMessageBytes}`),
      );
    },
  });

  async function start(): Promise<void> {
    const [command, ...args] = runsUnderNode(config.path)
      ? [process.execPath, config.path, ...(config.args ?? [])]
      : [config.path, ...(config.args ?? [])];
    const started = spawn(command ?? config.path, args, {
      env: { ...getDefaultEnvironment(), ...config.env },
      stdio: ['pipe', 'pipe', 'pipe'],
      // A group of its own: one signal reaches every process that the server started.
      detached: process.platform !== 'win32',
      windowsHide: true,
      ...(config.cwd === undefined ? {} : { cwd: config.cwd }),
    });
    child = started;
    started.stdin.on('error', (error) => transport.onerror?.(error));
    started.stdout.on('error', (error) => transport.onerror?.(error));
    started.stdout.on('data', (chunk: Buffer) => splitter.push(chunk));
    started.stderr.on('error', () => {});
    started.stderr.on('data', (chunk: Buffer) => {
      stderrTail = (stderrTail + chunk.toString('utf8')).slice(-stderrTailBytes);
    });
    started.once('exit', (code, signal) => void onExit(started, code, signal));
    await new Promise<void>((resolve, reject) => {
      started.once('spawn', resolve);
      started.once('error', reject);
    });
    if (started.pid !== undefined && exitReason === undefined) reaper.add(started.pid);
  }

  async function onExit(ended: Child, code: number | null, signal: NodeJS.Signals | null): Promise<void> {
    const how = signal === null ? `exited with code ${code}` : `was ended by ${signal}`;
    exitReason = `the process ${how}`;
    if (ended.pid !== undefined) {
      killGroup(ended.pid, 'SIGKILL');
      reaper.remove(ended.pid);
    }
    const closed = new Promise<void>((resolve) => ended.once('close', () => resolve()));
    await Promise.race([closed, delay(drainMs)]);
    const lastLine = stderrTail.trim().split('\n').at(-1)?.trim();
    if (lastLine !== undefined && lastLine !== '') exitReason += `: ${lastLine}`;
    for (const stream of [ended.stdin, ended.stdout, ended.stderr]) stream.destroy();
    finish();
    transport.onclose?.();
  }

  async function send(message: JSONRPCMessage): Promise<void> {
    if (child === undefined || exitReason !== undefined || !child.stdin.writable) {
      throw new Error('Not connected');
    }
    if ('method' in message && 'id' in message) outstanding.add(message.id);
    if ('method' in message && message.method === 'notifications/cancelled') {
      const id = message.params?.requestId;
      if (typeof id === 'string' || typeof id === 'number') outstanding.delete(id);
    }
    const { stdin } = child;
    if (stdin.write(serializeMessage(message))) return;
    await new Promise<void>((resolve) => {
      stdin.once('drain', resolve);
      stdin.once('close', resolve);
    });
  }

  /** End of input, then SIGTERM, then SIGKILL, to the whole group; at most twice the grace time. */
  async function close(): Promise<void> {
    const pid = child?.pid;
    if (child === undefined || pid === undefined) return;
    if (exitReason === undefined) {
      child.stdin.end();
      for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
        await Promise.race([finished, delay(graceMs)]);
        if (exitReason !== undefined) break;
        killGroup(pid, signal);
      }
    }
    await Promise.race([finished, delay(graceMs)]);
  }

  return transport;
}

/** The id stands first or last in a message, depending on who wrote it; in between may be anything. */
function requestIdOf(head: string, tail: string): RequestId | undefined {
  const found =
    /"id"\s*:\s*(\d+|"[^"\\]{1,100}")\s*\}\s*$/.exec(tail) ??
    /^\s*\{\s*(?:"jsonrpc"\s*:\s*"2\.0"\s*,\s*)?"id"\s*:\s*(\d+|"[^"\\]{1,100}")/.exec(head);
  return found?.[1] === undefined ? undefined : (JSON.parse(found[1]) as RequestId);
}

/**
 * Only the frame is checked here: the SDK parses every message by its schema when it dispatches it, once is enough. Throws
 * for anything that is not one JSON-RPC message.
 */
function readMessage(line: string): JSONRPCMessage {
  const message: unknown = JSON.parse(line);
  if (
    typeof message !== 'object' ||
    message === null ||
    !('jsonrpc' in message) ||
    message.jsonrpc !== '2.0'
  ) {
    throw new Error('not a JSON-RPC message');
  }
  return message as JSONRPCMessage;
}
