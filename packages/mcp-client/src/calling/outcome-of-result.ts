import type { JsonObject, JsonValue, ToolOutcome } from '@hitl/core';
import type { ListedTool } from '../listing/build-listing.ts';
import { oneLine } from '../sanitise-text.ts';
import { toJsonObject, toJsonValue } from '../to-json.ts';

export interface ToolResult {
  readonly content: JsonValue[];
  readonly structured?: JsonObject;
  readonly isError: boolean;
  readonly meta: Readonly<Record<string, unknown>>;
}

/**
 * Reads a `tools/call` result loosely: an odd content block must not turn an effect that happened into an error. `undefined`
 * when it is no tool result at all. Written by hand because it runs for every call.
 */
export function readToolResult(raw: unknown): ToolResult | undefined {
  if (!isRecord(raw)) return undefined;
  const { content, structuredContent, isError, _meta } = raw;
  if (content === undefined && structuredContent === undefined && isError === undefined) return undefined;
  if (content !== undefined && !Array.isArray(content)) return undefined;
  if (structuredContent !== undefined && !isRecord(structuredContent)) return undefined;
  if (isError !== undefined && typeof isError !== 'boolean') return undefined;
  return {
    content: (content ?? []).map((block) => toJsonValue(block)),
    ...(structuredContent === undefined ? {} : { structured: toJsonObject(structuredContent) }),
    isError: isError === true,
    meta: isRecord(_meta) ? _meta : {},
  };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Where a server puts the id under which its own upstream service knows the request. */
export const upstreamRequestIdMetaKey = 'hitl-mcp/upstream-request-id';

/** Where our own servers put `{code, …}` beside an error result. */
export const errorMetaKey = 'hitl-mcp/error';

/** What an answered call means. A result that breaks the tool's output schema is still a success: its effect happened. */
export function outcomeOfResult(raw: unknown, tool: ListedTool): ToolOutcome {
  const result = readToolResult(raw);
  if (result === undefined) {
    return { kind: 'unknown', message: 'the server answered with something that is not a tool result' };
  }
  const { content, structured, isError, meta } = result;
  if (isError) {
    const message = textOf(content) || 'the tool reported an error';
    if (mayHaveHappened(meta, tool)) return { kind: 'unknown', message };
    return { kind: 'failed', code: 'tool_error', message, content };
  }
  const upstreamRequestId = meta[upstreamRequestIdMetaKey];
  const id = typeof upstreamRequestId === 'string' ? { upstream_request_id: oneLine(upstreamRequestId) } : {};
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

/**
 * An error, and yet the effect may be there: the server asked its own upstream and heard nothing, or broke down while it changed
 * something. Believed of trusted servers only; another could pass a failure off as an open question.
 */
function mayHaveHappened(meta: ToolResult['meta'], { definition }: ListedTool): boolean {
  const error = definition.is_trusted ? meta[errorMetaKey] : undefined;
  if (!isRecord(error)) return false;
  if (error.code === 'outcome_unknown') return true;
  return error.code === 'internal' && definition.annotations.readOnlyHint !== true;
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
