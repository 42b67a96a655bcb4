import type { JsonObject } from '@hitl/core';
import { ErrorCode, McpError } from '@modelcontextprotocol/sdk/types.js';
import { z } from 'zod';
import type { Connection } from '../connection.ts';
import type { Deadline } from '../deadline.ts';

/** Beyond our own deadline, as a second net should the first ever tear. */
const slackMs = 5000;

/** The answer is read by `readToolResult`: loosely, and without a second copy. */
const anyResult = z.unknown();

export interface ToolRequestParams {
  readonly name: string;
  readonly arguments: JsonObject;
  readonly _meta?: JsonObject;
}

/** Sends `tools/call` once and gives the raw result. When the deadline passes, the server is told and the promise rejects. */
export function sendRequest(
  connection: Connection,
  params: ToolRequestParams,
  deadline: Deadline,
): Promise<unknown> {
  const request = { method: 'tools/call', params: params as Record<string, unknown> & ToolRequestParams };
  if (!deadline.needsSignal) {
    const timeout = deadline.remainingMs();
    return connection.client.request(request, anyResult, { timeout, maxTotalTimeout: timeout });
  }
  const timeout = deadline.remainingMs() + slackMs;
  const { signal } = deadline;
  return connection.client.request(request, anyResult, { signal, timeout, maxTotalTimeout: timeout });
}

/**
 * Tells the deadline when the SDK's own timer fired. A server may send the same code; then the call counts as unanswered,
 * which errs on the safe side.
 */
export function noteSdkTimeout(error: unknown, deadline: Deadline): void {
  if (deadline.needsSignal || !(error instanceof McpError) || error.code !== ErrorCode.RequestTimeout) return;
  if (typeof error.data === 'object' && error.data !== null && 'timeout' in error.data) deadline.expire();
}
