import { HitlError, InvalidInputError, redactText } from '@hitl/core';
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';
import type { z } from 'zod';
import { errorResult, unexpectedErrorResult } from './error-result.ts';
import type { McpServerSpec, ServerTool, ToolContext } from './server-tool.ts';

/** Parses, executes and answers one call. Never throws. */
export async function callTool(
  spec: McpServerSpec,
  tool: ServerTool,
  input: unknown,
  context: ToolContext,
): Promise<CallToolResult> {
  const parsed = tool.inputSchema.safeParse(input ?? {});
  if (!parsed.success) return errorResult(invalidArguments(tool.name, parsed.error));
  const report = spec.onUnexpectedError ?? logToStderr;
  let output: unknown;
  try {
    output = await tool.execute(parsed.data, context);
  } catch (error) {
    if (error instanceof HitlError) return errorResult(error);
    report(tool.name, error);
    return unexpectedErrorResult(tool.name);
  }
  const checked = tool.outputSchema.safeParse(output);
  if (!checked.success) {
    // It ran: calling that an error would invite a second run. What does not fit is not shown either.
    report(tool.name, checked.error);
    return { content: [{ type: 'text', text: `${tool.name} ran, but its result has an unexpected form` }] };
  }
  // The text and the structure are the same bytes, whatever transport carries them.
  const text = JSON.stringify(checked.data);
  return {
    content: tool.toContent?.(checked.data) ?? [{ type: 'text', text }],
    structuredContent: JSON.parse(text) as Record<string, unknown>,
  };
}

function invalidArguments(tool: string, error: z.ZodError): InvalidInputError {
  const errors = error.issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        path: pathText([...issue.path, key]),
        message: 'is not an argument',
      }));
    }
    return [{ path: pathText(issue.path), message: issue.message }];
  });
  const fields = [...new Set(errors.map((field) => field.path))].join(', ');
  return new InvalidInputError(`${tool} can't be called with these arguments: ${fields}`, { errors });
}

function pathText(path: readonly PropertyKey[]): string {
  const text = path.reduce<string>(
    (out, key) =>
      typeof key === 'number' ? `${out}[${key}]` : out === '' ? String(key) : `${out}.${String(key)}`,
    '',
  );
  return text === '' ? 'arguments' : text;
}

function logToStderr(tool: string, error: unknown): void {
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`${redactText(`${tool}: ${text}`)}\n`);
}
