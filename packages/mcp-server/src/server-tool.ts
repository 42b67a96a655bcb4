import type { Preview, ToolAnnotations } from '@hitl/core';
import type { ContentBlock } from '@modelcontextprotocol/sdk/types.js';
import type { z } from 'zod';

export interface ToolContext {
  /** Aborted when the caller cancels, goes away, or the server shuts down. */
  readonly signal: AbortSignal;
  /** Stable over retries of one call, from `_meta["hitl-mcp/idempotency-key"]`; absent when another MCP host calls. */
  readonly idempotencyKey?: string;
}

/**
 * One tool. `execute` throws a `HitlError` for what the caller may know; anything else it throws is answered without
 * detail. The schemas must describe objects.
 */
export interface ServerTool<I = unknown, O = unknown> {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly inputSchema: z.ZodType<I>;
  readonly outputSchema: z.ZodType<O>;
  readonly annotations: ToolAnnotations;
  execute(input: I, context: ToolContext): Promise<O>;
  /** What `execute` would change, read from the target now. Must change nothing. */
  preview?(input: I, context: ToolContext): Promise<Preview>;
  /** What stands in the result's `content`; by default the structured output as JSON text. */
  toContent?(output: O): ContentBlock[];
}

/** Erases the input and output types, so that tools of different shapes fit one list; `execute` only ever sees parsed input. */
export function defineTool<I, O>(tool: ServerTool<I, O>): ServerTool {
  return tool as unknown as ServerTool;
}

export interface McpServerSpec {
  readonly name: string;
  readonly version: string;
  readonly tools: readonly ServerTool[];
  /** Told about errors that the caller is not told about. By default one redacted line on stderr. */
  readonly onUnexpectedError?: (tool: string, error: unknown) => void;
}
