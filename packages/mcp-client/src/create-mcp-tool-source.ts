import {
  type Clock,
  InvalidInputError,
  qualifiedName,
  systemClock,
  type ToolDefinition,
  type ToolListing,
  type ToolOutcome,
  type ToolPins,
  type ToolSource,
} from '@hitl/core';
import { callTool } from './calling/call-tool.ts';
import { previewCall } from './calling/preview-call.ts';
import type { BuiltinServer } from './connection.ts';
import { Deadline } from './deadline.ts';
import { describeFault } from './describe-fault.ts';
import type { ListedTool, ServerListing } from './listing/build-listing.ts';
import type { RestartOptions } from './restart-backoff.ts';
import type { ServerConfig } from './server-config.ts';
import { createServerLink, type ServerLink } from './server-link.ts';
import { createProcessReaper } from './stdio/process-reaper.ts';

export interface McpToolSourceOptions {
  readonly servers: readonly ServerConfig[];
  /** Which definitions of servers other than built-ins people have accepted; asked fail-closed. */
  readonly pins: ToolPins;
  /** Makes one in-process server per connection. */
  readonly builtins?: Readonly<Record<string, () => BuiltinServer | Promise<BuiltinServer>>>;
  readonly clientInfo?: { readonly name: string; readonly version: string };
  readonly clock?: Clock;
  readonly fetch?: typeof fetch;
  /** From spawn or connect to the end of the initialisation. Default 10 s. */
  readonly startTimeoutMs?: number;
  /** One server's whole tool list, and the default for `list()`. Default 10 s. */
  readonly listTimeoutMs?: number;
  /** A call rests on a listing that is at most this old. Default 60 s. */
  readonly maxListingAgeMs?: number;
  /** Largest single answer. Default 32 MiB. */
  readonly maxMessageBytes?: number;
  readonly restart?: Partial<RestartOptions>;
  /** What operators should know and nobody needs to act on at once. */
  readonly onWarning?: (message: string) => void;
}

/** All tools of all configured servers. Nothing is started before it is needed. */
export function createMcpToolSource(options: McpToolSourceOptions): ToolSource {
  const builtins = options.builtins ?? {};
  const reaper = createProcessReaper();
  const links = new Map<string, ServerLink>();
  for (const config of options.servers) {
    if (links.has(config.alias)) throw new InvalidInputError(`MCP_SERVERS: ${config.alias} is given twice`);
    if (config.kind === 'builtin' && !Object.hasOwn(builtins, config.name)) {
      const known = Object.keys(builtins).join(', ') || 'none';
      throw new InvalidInputError(
        `MCP_SERVERS: ${config.alias} names the built-in server ${config.name}, which does not exist (there is: ${known})`,
      );
    }
    links.set(
      config.alias,
      createServerLink(config, {
        builtins,
        reaper,
        clientInfo: options.clientInfo ?? { name: 'hitl-mcp', version: '0.1.0' },
        clock: options.clock ?? systemClock,
        startTimeoutMs: options.startTimeoutMs ?? 10_000,
        listTimeoutMs: options.listTimeoutMs ?? 10_000,
        maxListingAgeMs: options.maxListingAgeMs ?? 60_000,
        maxMessageBytes: options.maxMessageBytes ?? 32 * 1024 * 1024,
        restart: { baseDelayMs: 500, maxDelayMs: 15_000, stableMs: 10_000, ...options.restart },
        warn: options.onWarning ?? (() => {}),
        ...(options.fetch === undefined ? {} : { fetch: options.fetch }),
      }),
    );
  }
  let isClosed = false;
  /** By listing, so that an acceptance that is taken back counts with the next listing at the latest. */
  const acceptedOf = new WeakMap<ServerListing, Set<ListedTool>>();

  async function isAccepted(link: ServerLink, listing: ServerListing, tool: ListedTool): Promise<boolean> {
    if (link.config.kind === 'builtin') return true;
    try {
      if ((await options.pins.isAccepted(qualifiedName(tool.definition), tool.definition.digest)) !== true)
        return false;
    } catch (error) {
      // Fails closed: what can't be looked up was not accepted.
      options.onWarning?.(`the accepted tools can not be read: ${describeFault(error)}`);
      return false;
    }
    const accepted = acceptedOf.get(listing) ?? new Set();
    acceptedOf.set(listing, accepted.add(tool));
    return true;
  }

  /** For calls: no question to the store where this listing's answer is known. */
  const isStillAccepted = (link: ServerLink, listing: ServerListing, tool: ListedTool) =>
    link.config.kind === 'builtin' || acceptedOf.get(listing)?.has(tool) || isAccepted(link, listing, tool);

  const callDeps = { isAccepted: isStillAccepted };

  async function list(listOptions: { signal?: AbortSignal; timeoutMs?: number } = {}): Promise<ToolListing> {
    const tools: ToolDefinition[] = [];
    const quarantined: ToolDefinition[] = [];
    const dropped: ToolListing['dropped'][number][] = [];
    const unavailable: ToolListing['unavailable'][number][] = [];
    const timeoutMs = listOptions.timeoutMs ?? options.listTimeoutMs ?? 10_000;
    const deadline = new Deadline(timeoutMs, listOptions.signal);

    async function listServer(link: ServerLink): Promise<void> {
      let listing: ServerListing;
      try {
        ({ listing } = await link.ready(deadline, { relist: true }));
      } catch (error) {
        unavailable.push({ server: link.config.alias, reason: describeFault(error) });
        return;
      }
      dropped.push(...listing.dropped);
      const listed = [...listing.tools.values()];
      const verdicts = await Promise.all(listed.map((tool) => isAccepted(link, listing, tool)));
      for (const [index, tool] of listed.entries()) {
        (verdicts[index] === true ? tools : quarantined).push(tool.definition);
      }
    }

    try {
      await Promise.all([...links.values()].map(listServer));
    } finally {
      deadline.clear();
    }
    return {
      tools: tools.sort(byWireName),
      quarantined: quarantined.sort(byWireName),
      dropped: dropped.sort((a, b) => compare(qualifiedName(a), qualifiedName(b))),
      unavailable: unavailable.sort((a, b) => compare(a.server, b.server)),
    };
  }

  return {
    list,
    call(call, expectedDigest, callOptions) {
      const link = links.get(call.server);
      if (link === undefined) return refuse('unknown_server', `no server is called ${call.server}`);
      if (isClosed) return refuse('closed', 'the connections are closed');
      const pinned = { server: call.server, tool: call.tool, arguments: call.arguments, expectedDigest };
      return callTool(link, pinned, callOptions, callDeps);
    },
    async preview(tool, args, previewOptions) {
      if (tool.preview_tool === undefined) return undefined;
      const link = links.get(tool.server);
      // An unknown or no longer trusted server has no say in what voters see.
      return link?.config.isTrusted === true ? previewCall(link, tool, args, previewOptions) : undefined;
    },
    async close() {
      isClosed = true;
      await Promise.all([...links.values()].map((link) => link.close()));
      reaper.close();
    },
  };
}

async function refuse(code: string, message: string): Promise<ToolOutcome> {
  return { kind: 'not_sent', code, message };
}

function byWireName(a: ToolDefinition, b: ToolDefinition): number {
  return compare(a.wire_name, b.wire_name);
}

/** By code units, the same on every machine. */
function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
