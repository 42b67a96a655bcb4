import { UnavailableError } from '@hitl/core';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { InMemoryTransport } from '@modelcontextprotocol/sdk/inMemory.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import { ToolListChangedNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { Deadline, delay } from './deadline.ts';
import { describeFault } from './describe-fault.ts';
import { createHttpTransport } from './http/http-transport.ts';
import type { ServerConfig } from './server-config.ts';
import { serverIdentity } from './server-identity.ts';
import type { ProcessReaper } from './stdio/process-reaper.ts';
import { createStdioTransport } from './stdio/stdio-transport.ts';

/** A server in our own process: the SDK's `Server` and `McpServer` are of this shape. */
export interface BuiltinServer {
  connect(transport: Transport): Promise<void>;
  close(): Promise<void>;
}

export interface ConnectionDeps {
  readonly builtins: Readonly<Record<string, () => BuiltinServer | Promise<BuiltinServer>>>;
  readonly reaper: ProcessReaper;
  readonly maxMessageBytes: number;
  readonly startTimeoutMs: number;
  readonly clientInfo: { readonly name: string; readonly version: string };
  readonly fetch?: typeof fetch;
}

/** One initialised MCP session with one server. */
export interface Connection {
  readonly client: Client;
  readonly identity: string;
  readonly openedAtMs: number;
  /** Counted by the caller around each request; a retired connection closes when it falls to zero. */
  inFlight: number;
  /** When the last request on it ended; kept by the caller too. */
  lastUsedAtMs: number;
  isOpen(): boolean;
  /** The server gave us a session id, so a 404 means that it forgot the session. */
  hasSession(): boolean;
  /** Whether the tools may have changed since this was last asked. */
  takeListChanged(): boolean;
  hasListChanged(): boolean;
  /** How it ended, where that is known. */
  endReason(): string | undefined;
  onClose(listener: () => void): void;
  /** Bounded; `politely` tells an HTTP server that its session is over. */
  close(politely?: boolean): Promise<void>;
}

const goodbyeMs = 1000;

/** Starts or reaches the server and initialises. Throws `UnavailableError` with one line that says why not. */
export async function openConnection(
  config: ServerConfig,
  deps: ConnectionDeps,
  options: { readonly nowMs: number; readonly signal: AbortSignal },
): Promise<Connection> {
  const deadline = new Deadline(deps.startTimeoutMs, options.signal);
  let opening: Promise<OpenTransport> | undefined;
  let opened: OpenTransport | undefined;
  const client = new Client(deps.clientInfo, { capabilities: {} });
  let listChanged = false;
  client.setNotificationHandler(ToolListChangedNotificationSchema, () => {
    listChanged = true;
  });
  // A transport's `onerror` reports noise as well as ends; ends are seen through the requests that they end.
  client.onerror = () => {};
  try {
    const identity = await deadline.race(serverIdentity(config));
    opening = openTransport(config, deps);
    const open = await deadline.race(opening);
    opened = open;
    const { timeoutMs } = deadline;
    await deadline.race(client.connect(open.transport, { timeout: timeoutMs, maxTotalTimeout: timeoutMs }));
    return {
      client,
      identity,
      openedAtMs: options.nowMs,
      inFlight: 0,
      lastUsedAtMs: options.nowMs,
      isOpen: () => client.transport !== undefined,
      hasSession: () => open.transport.sessionId !== undefined,
      hasListChanged: () => listChanged,
      takeListChanged() {
        const taken = listChanged;
        listChanged = false;
        return taken;
      },
      endReason: open.endReason,
      onClose(listener) {
        client.onclose = listener;
        if (client.transport === undefined) listener();
      },
      close: (politely = true) => closeBounded(client, open, politely),
    };
  } catch (error) {
    // In the background: a child that ignores its end of input takes a while, and the caller's time is up.
    opening?.then((late) => late.close()).catch(() => {});
    const ended = opened?.endReason();
    const reason =
      deadline.cause() === 'timeout'
        ? `did not start within ${deps.startTimeoutMs} ms`
        : (ended ?? describeFault(error));
    throw new UnavailableError(describeFault(reason), { cause: error });
  } finally {
    deadline.clear();
  }
}

interface OpenTransport {
  readonly transport: Transport;
  endReason(): string | undefined;
  close(): Promise<void>;
}

async function openTransport(config: ServerConfig, deps: ConnectionDeps): Promise<OpenTransport> {
  const { maxMessageBytes, reaper } = deps;
  switch (config.kind) {
    case 'stdio': {
      const transport = createStdioTransport({ config, reaper, maxMessageBytes });
      return { transport, endReason: transport.exitReason, close: () => transport.close() };
    }
    case 'http': {
      const transport = createHttpTransport({
        config,
        maxMessageBytes,
        ...(deps.fetch === undefined ? {} : { fetch: deps.fetch }),
      });
      // The SDK types `sessionId?: string` without `| undefined`, which exactOptionalPropertyTypes tells apart.
      return {
        transport: transport as Transport,
        endReason: () => undefined,
        close: () => transport.close(),
      };
    }
    case 'builtin': {
      const make = deps.builtins[config.name];
      if (make === undefined) throw new Error(`there is no built-in server named ${config.name}`);
      const server = await make();
      const [ours, theirs] = InMemoryTransport.createLinkedPair();
      await server.connect(theirs);
      return { transport: ours, endReason: () => undefined, close: () => server.close() };
    }
  }
}

async function closeBounded(client: Client, opened: OpenTransport, politely: boolean): Promise<void> {
  const { transport } = opened;
  if (politely && transport instanceof StreamableHTTPClientTransport) {
    await Promise.race([transport.terminateSession().catch(() => {}), delay(goodbyeMs)]);
  }
  await client.close().catch(() => {});
  await opened.close().catch(() => {});
}
