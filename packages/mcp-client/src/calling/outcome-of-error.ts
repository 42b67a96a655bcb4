import type { ToolOutcome } from '@hitl/core';
import { StreamableHTTPError } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ErrorCode, McpError } from '@modelcontextprotocol/sdk/types.js';
import type { Connection } from '../connection.ts';
import type { Deadline } from '../deadline.ts';
import { describeFault } from '../describe-fault.ts';
import { isAnswerLost } from '../lost-answer.ts';
import { failedBeforeSending } from '../network-codes.ts';

/**
 * What became of a `tools/call` request that threw. Everything that is not certainly "refused before it was processed" or
 * "answered with an error" is `unknown`: repeating an action that may have happened is the one mistake to avoid.
 */
export function outcomeOfError(error: unknown, connection: Connection, deadline: Deadline): ToolOutcome {
  const cause = deadline.cause();
  if (cause === 'timeout') {
    return unknown(
      `no answer within ${deadline.timeoutMs} ms; the server was told that the call is cancelled`,
    );
  }
  if (cause === 'cancelled') {
    return unknown('cancelled after the call was sent; the server was told');
  }
  if (isAnswerLost(error)) return unknown(messageOf(error));
  if (error instanceof StreamableHTTPError) return outcomeOfHttpStatus(error);
  if (!connection.isOpen()) {
    return unknown(connection.endReason() ?? 'the connection closed before the answer came');
  }
  if (error instanceof McpError) {
    return { kind: 'failed', code: protocolCode(error.code), message: describeFault(error) };
  }
  if (failedBeforeSending(error)) return notSent('server_unavailable', error);
  return unknown(`the connection broke before the answer came: ${describeFault(error)}`);
}

/**
 * Answers of the HTTP layer. A 4xx comes before processing. A 5xx may come from a proxy that gave up waiting (API Gateway answers 503
 * when its function's time is up): only a 503 in which the server itself says no, as JSON-RPC, tells that nothing was done.
 */
function outcomeOfHttpStatus(error: StreamableHTTPError): ToolOutcome {
  const status = error.code ?? -1;
  if (status === 401) return notSent('unauthorized', error);
  if (status === 403) return notSent('forbidden', error);
  if (status === 404) return notSent('endpoint_not_found', error);
  if (status === 429) return notSent('rate_limited', error);
  if (status === 503 && isServersOwnWord(error)) return notSent('server_unavailable', error);
  if (status >= 300 && status < 400) return notSent('redirect_refused', error);
  if (status >= 400 && status < 500 && status !== 408 && status !== 499)
    return notSent(`http_${status}`, error);
  return unknown(`the server's answer tells nothing about the call: ${describeFault(error)}`);
}

/** The transport's message ends with the body of the answer. */
function isServersOwnWord(error: StreamableHTTPError): boolean {
  const body = /Error POSTing to endpoint: ([\s\S]*)$/.exec(error.message)?.[1] ?? '';
  try {
    const answer: unknown = JSON.parse(body);
    return typeof answer === 'object' && answer !== null && 'jsonrpc' in answer && 'error' in answer;
  } catch {
    return false;
  }
}

function protocolCode(code: number): string {
  if (code === ErrorCode.InvalidParams) return 'invalid_params';
  if (code === ErrorCode.MethodNotFound) return 'method_not_found';
  if (code === ErrorCode.InternalError) return 'internal_error';
  return 'protocol_error';
}

function notSent(code: string, error: unknown): ToolOutcome {
  return { kind: 'not_sent', code, message: describeFault(error) };
}

function unknown(message: string): ToolOutcome {
  return { kind: 'unknown', message };
}

/** `McpError` puts its own prefix before what the transport said. */
function messageOf(error: unknown): string {
  return describeFault(error).replace(/^MCP error -?\d+: /, '');
}
