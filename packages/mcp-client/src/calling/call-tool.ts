import type { JsonObject, ToolCallOptions, ToolOutcome } from '@hitl/core';
import { type Deadline, startDeadline } from '../deadline.ts';
import { describeFault } from '../describe-fault.ts';
import type { ListedTool, ServerListing } from '../listing/build-listing.ts';
import type { ReadyServer, ServerLink } from '../server-link.ts';
import { isSessionLost } from '../session-lost.ts';
import { outcomeOfError } from './outcome-of-error.ts';
import { outcomeOfResult, toolResultSchema } from './outcome-of-result.ts';

/** A server can keep its own record of what it did under this key and answer a repeated call from it. */
export const idempotencyMetaKey = 'hitl-mcp/idempotency-key';

/** Beyond our own deadline, as a second net should the first ever tear. */
const sdkTimeoutSlackMs = 5000;

export interface CallToolDeps {
  /** Whether people have accepted this very definition; a throw counts as no. */
  readonly isAccepted: (
    link: ServerLink,
    listing: ServerListing,
    tool: ListedTool,
  ) => boolean | Promise<boolean>;
}

/** One tool call to one server: checks, sends once, and says what became of it. Never rejects. */
export async function callTool(
  link: ServerLink,
  call: { readonly tool: string; readonly arguments: JsonObject },
  expectedDigest: string,
  options: ToolCallOptions,
  deps: CallToolDeps,
): Promise<ToolOutcome> {
  const deadline = startDeadline(options.timeoutMs, options.signal);
  try {
    const first = await attempt(link, call, expectedDigest, options, deps, deadline);
    if (first !== 'session-lost') return first;
    // The server refused it unread. Everything is checked anew in the new session, where the tool may be another one.
    const second = await attempt(link, call, expectedDigest, options, deps, deadline);
    if (second !== 'session-lost') return second;
    return { kind: 'not_sent', code: 'session_lost', message: 'the server forgets every session at once' };
  } finally {
    deadline.clear();
  }
}

async function attempt(
  link: ServerLink,
  call: { readonly tool: string; readonly arguments: JsonObject },
  expectedDigest: string,
  options: ToolCallOptions,
  deps: CallToolDeps,
  deadline: Deadline,
): Promise<ToolOutcome | 'session-lost'> {
  if (deadline.cause() !== undefined) return notSent('cancelled', 'cancelled before the call was sent');
  let server: ReadyServer;
  try {
    server = link.readyNow() ?? (await link.ready(deadline));
  } catch (error) {
    return deadline.cause() === 'cancelled'
      ? notSent('cancelled', 'cancelled before the call was sent')
      : notSent('server_unavailable', `${link.config.alias}: ${describeFault(error)}`);
  }
  const tool = server.listing.tools.get(call.tool);
  if (tool === undefined) return refusalOfMissing(link, server, call.tool);
  if (tool.definition.digest !== expectedDigest) {
    return notSent(
      'tool_definition_changed',
      `${link.config.alias}/${call.tool} is no longer the tool that was listed`,
    );
  }
  const accepted = deps.isAccepted(link, server.listing, tool);
  if (!(typeof accepted === 'boolean' ? accepted : await accepted)) {
    return notSent('tool_not_accepted', `${link.config.alias}/${call.tool} waits for a person to accept it`);
  }
  const problems = tool.validateInput(call.arguments);
  if (problems !== undefined) {
    return { kind: 'failed', code: 'invalid_arguments', message: `arguments: ${problems.join('; ')}` };
  }
  if (deadline.cause() !== undefined) return notSent('cancelled', 'cancelled before the call was sent');

  const { connection } = server;
  if (!connection.isOpen())
    return notSent('server_unavailable', `${link.config.alias}: the connection closed`);
  try {
    const timeout = options.timeoutMs + sdkTimeoutSlackMs;
    const result = await link.use(connection, () =>
      connection.client.request(
        {
          method: 'tools/call',
          params: {
            name: call.tool,
            arguments: call.arguments,
            _meta: { [idempotencyMetaKey]: options.idempotencyKey },
          },
        },
        toolResultSchema,
        { signal: deadline.signal, timeout, maxTotalTimeout: timeout },
      ),
    );
    return outcomeOfResult(result, tool);
  } catch (error) {
    if (deadline.cause() === undefined && isSessionLost(error, connection)) {
      link.retire(connection);
      return 'session-lost';
    }
    if (deadline.cause() === 'timeout') link.suspect(connection);
    return outcomeOfError(error, connection, deadline);
  }
}

function refusalOfMissing(link: ServerLink, server: ReadyServer, tool: string): ToolOutcome {
  const dropped = server.listing.dropped.find((entry) => entry.tool === tool);
  const name = `${link.config.alias}/${tool}`;
  // Somebody pinned it once, so that it can't be offered any more is a change of its definition.
  return notSent(
    'tool_definition_changed',
    dropped === undefined ? `${name} is no longer offered by its server` : `${name} ${dropped.reason}`,
  );
}

function notSent(code: string, message: string): ToolOutcome {
  return { kind: 'not_sent', code, message };
}
