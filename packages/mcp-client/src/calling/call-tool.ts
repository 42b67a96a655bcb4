import { qualifiedName, type ToolCall, type ToolCallOptions, type ToolOutcome } from '@hitl/core';
import { Deadline } from '../deadline.ts';
import { describeFault } from '../describe-fault.ts';
import type { ListedTool, ServerListing } from '../listing/build-listing.ts';
import type { ReadyServer, ServerLink } from '../server-link.ts';
import { isSessionLost } from '../session-lost.ts';
import { outcomeOfError } from './outcome-of-error.ts';
import { outcomeOfResult } from './outcome-of-result.ts';
import { noteSdkTimeout, sendRequest } from './send-request.ts';

/** A server can keep its own record of what it did under this key and answer a repeated call from it. */
export const idempotencyMetaKey = 'hitl-mcp/idempotency-key';

export interface PinnedCall extends ToolCall {
  readonly expectedDigest: string;
}

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
  call: PinnedCall,
  options: ToolCallOptions,
  deps: CallToolDeps,
): Promise<ToolOutcome> {
  const deadline = new Deadline(options.timeoutMs, options.signal);
  try {
    for (let isRetry = false; ; isRetry = true) {
      if (deadline.cause() !== undefined) return cancelledBefore;
      let server = link.readyNow();
      if (server === undefined) {
        const reached = await reach(link, deadline);
        if ('kind' in reached) return reached;
        server = reached;
      }
      const checked = checkCall(link, server, call, deps);
      const tool = checked instanceof Promise ? await checked : checked;
      if ('kind' in tool) return tool;
      if (deadline.cause() !== undefined) return cancelledBefore;
      const { connection } = server;
      if (!connection.isOpen()) return notSent('server_unavailable', `${call.server}: the connection closed`);

      link.begin(connection);
      try {
        const request = {
          name: call.tool,
          arguments: call.arguments,
          _meta: { [idempotencyMetaKey]: options.idempotencyKey },
        };
        return outcomeOfResult(await sendRequest(connection, request, deadline), tool);
      } catch (error) {
        noteSdkTimeout(error, deadline);
        if (deadline.cause() !== undefined || !isSessionLost(error, connection)) {
          if (deadline.cause() === 'timeout') link.suspect(connection);
          return outcomeOfError(error, connection, deadline);
        }
        // The server refused it unread. All is checked anew in the new session, where the tool may be another one.
        link.retire(connection);
        if (isRetry) return notSent('session_lost', 'the server forgets every session at once');
      } finally {
        link.end(connection);
      }
    }
  } finally {
    deadline.clear();
  }
}

async function reach(link: ServerLink, deadline: Deadline): Promise<ReadyServer | ToolOutcome> {
  try {
    return await link.ready(deadline);
  } catch (error) {
    if (deadline.cause() === 'cancelled') return cancelledBefore;
    return notSent('server_unavailable', `${link.config.alias}: ${describeFault(error)}`);
  }
}

/** The tool if this very call may go out, else why not. Only the question to the pins' store makes it a promise. */
function checkCall(
  link: ServerLink,
  server: ReadyServer,
  call: PinnedCall,
  deps: CallToolDeps,
): ListedTool | ToolOutcome | Promise<ListedTool | ToolOutcome> {
  const tool = server.listing.tools.get(call.tool);
  if (tool === undefined) return refusalOfMissing(server, call);
  if (tool.definition.digest !== call.expectedDigest) {
    return notSent('tool_definition_changed', `${qualifiedName(call)} is no longer the tool that was listed`);
  }
  const decide = (isAccepted: boolean) => {
    if (!isAccepted)
      return notSent('tool_not_accepted', `${qualifiedName(call)} waits for a person to accept it`);
    const problems = tool.validateInput(call.arguments);
    return problems === undefined ? tool : invalidArguments(problems);
  };
  const accepted = deps.isAccepted(link, server.listing, tool);
  return typeof accepted === 'boolean' ? decide(accepted) : accepted.then(decide);
}

function refusalOfMissing(server: ReadyServer, call: PinnedCall): ToolOutcome {
  const dropped = server.listing.dropped.find((entry) => entry.tool === call.tool);
  // Somebody pinned it once, so that it can't be offered any more is a change of its definition.
  return notSent(
    'tool_definition_changed',
    `${qualifiedName(call)} ${dropped === undefined ? 'is no longer offered by its server' : dropped.reason}`,
  );
}

function invalidArguments(problems: readonly string[]): ToolOutcome {
  return { kind: 'failed', code: 'invalid_arguments', message: `arguments: ${problems.join('; ')}` };
}

function notSent(code: string, message: string): ToolOutcome {
  return { kind: 'not_sent', code, message };
}

const cancelledBefore = notSent('cancelled', 'cancelled before the call was sent');
