import {
  ConflictError,
  InvalidInputError,
  type JsonObject,
  type Preview,
  previewSchema,
  type ToolDefinition,
  UnavailableError,
} from '@hitl/core';
import { Deadline } from '../deadline.ts';
import { describeFault } from '../describe-fault.ts';
import type { ServerLink } from '../server-link.ts';
import { isSessionLost } from '../session-lost.ts';
import { readToolResult, textOf } from './outcome-of-result.ts';
import { sendRequest } from './send-request.ts';

/**
 * Asks a tool's companion what the call would change. Throws `InvalidInputError` when the arguments are wrong or the server
 * says so, `ConflictError` when the tool is another one by now, `UnavailableError` when it can't be known now.
 */
export async function previewCall(
  link: ServerLink,
  tool: ToolDefinition,
  args: JsonObject,
  options: { readonly signal?: AbortSignal; readonly timeoutMs: number },
): Promise<Preview | undefined> {
  const companion = tool.preview_tool;
  if (companion === undefined) return undefined;
  const name = `${tool.server}/${tool.tool}`;
  const deadline = new Deadline(options.timeoutMs, options.signal);
  try {
    for (let attempt = 0; ; attempt += 1) {
      const { connection, listing } = link.readyNow() ?? (await link.ready(deadline));
      const listed = listing.tools.get(tool.tool);
      if (listed?.definition.digest !== tool.digest) {
        throw new ConflictError('tool_definition_changed', `${name} is no longer the tool that was listed`);
      }
      const problems = listed.validateInput(args);
      if (problems !== undefined) throw new InvalidInputError(`${name}: arguments: ${problems.join('; ')}`);
      link.begin(connection);
      try {
        const result = await sendRequest(connection, { name: companion, arguments: args }, deadline);
        return readPreview(name, result);
      } catch (error) {
        if (attempt > 0 || !isSessionLost(error, connection)) throw error;
        link.retire(connection);
      } finally {
        link.end(connection);
      }
    }
  } catch (error) {
    if (
      error instanceof InvalidInputError ||
      error instanceof UnavailableError ||
      error instanceof ConflictError
    )
      throw error;
    throw new UnavailableError(`${name}: the preview can not be read: ${describeFault(error)}`, {
      cause: error,
    });
  } finally {
    deadline.clear();
  }
}

function readPreview(name: string, raw: unknown): Preview {
  const result = readToolResult(raw);
  if (result?.isError === true) {
    const text = textOf(result.content);
    throw new InvalidInputError(text === '' ? `${name}: the server refuses this call` : text);
  }
  const parsed = previewSchema.safeParse(result?.structured);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new UnavailableError(
    `${name}: the server's preview is malformed (${issue?.path.join('.') || 'structuredContent'}: ${issue?.message ?? ''})`,
  );
}
