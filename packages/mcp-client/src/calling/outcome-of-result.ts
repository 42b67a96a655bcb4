import type { JsonObject, JsonValue, ToolOutcome } from '@hitl/core';
import { z } from 'zod';
import type { ListedTool } from '../listing/build-listing.ts';
import { oneLine } from '../sanitise-text.ts';
import { toJsonObject, toJsonValue } from '../to-json.ts';

/** Loose: an odd content block must not turn an effect that happened into an error. */
export const toolResultSchema = z.looseObject({
  content: z.array(z.unknown()).optional(),
  structuredContent: z.record(z.string(), z.unknown()).optional(),
  isError: z.boolean().optional(),
  _meta: z.record(z.string(), z.unknown()).optional(),
});
export type ToolResult = z.infer<typeof toolResultSchema>;

/** Where a server puts the id under which its own upstream service knows the request. */
export const upstreamRequestIdMetaKey = 'hitl-mcp/upstream-request-id';

/** What an answered call means. A result that breaks the tool's output schema is still a success: its effect happened. */
export function outcomeOfResult(result: ToolResult, tool: ListedTool): ToolOutcome {
  if (
    result.content === undefined &&
    result.structuredContent === undefined &&
    result.isError === undefined
  ) {
    return { kind: 'unknown', message: 'the server answered with something that is not a tool result' };
  }
  const content = (result.content ?? []).map((block) => toJsonValue(block));
  if (result.isError === true) {
    return {
      kind: 'failed',
      code: 'tool_error',
      message: textOf(content) || 'the tool reported an error',
      content,
    };
  }
  const upstreamRequestId = result._meta?.[upstreamRequestIdMetaKey];
  const id = typeof upstreamRequestId === 'string' ? { upstream_request_id: oneLine(upstreamRequestId) } : {};
  const structured =
    result.structuredContent === undefined ? undefined : toJsonObject(result.structuredContent);
  const problems = outputProblems(structured, tool);
  if (problems === undefined) {
    return { kind: 'succeeded', content, ...(structured === undefined ? {} : { structured }), ...id };
  }
  const warning: JsonObject = {
    type: 'text',
    text: `Warning: the tool ran, but its structured result does not match its output schema: ${problems.join('; ')}`,
    ...(structured === undefined ? {} : { _meta: { 'hitl-mcp/unvalidated-structured-content': structured } }),
  };
  return { kind: 'succeeded', content: [...content, warning], ...id };
}

function outputProblems(structured: JsonObject | undefined, tool: ListedTool): string[] | undefined {
  if (tool.validateOutput === undefined) return undefined;
  return structured === undefined ? ['it is missing'] : tool.validateOutput(structured);
}

/** The text blocks of a result as one line. */
export function textOf(content: readonly JsonValue[]): string {
  const texts: string[] = [];
  for (const block of content) {
    if (
      typeof block === 'object' &&
      block !== null &&
      !Array.isArray(block) &&
      typeof block.text === 'string'
    ) {
      texts.push(block.text);
    }
  }
  return oneLine(texts.join(' '), 500);
}
