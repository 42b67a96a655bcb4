import {
  type JsonObject,
  type JsonValue,
  type Preview,
  type ToolAnnotations,
  type ToolDefinition,
  type ToolOutcome,
  type ToolSource,
  toolDefinitionDigest,
} from '@hitl/core';

export interface MemoryTool {
  readonly server: string;
  readonly tool: string;
  readonly description?: string;
  readonly input_schema?: JsonObject;
  readonly annotations?: ToolAnnotations;
  readonly is_trusted?: boolean;
  /** Answers a call: its content, or a whole outcome where it did not simply succeed. */
  run(args: JsonObject, idempotencyKey: string, signal: AbortSignal): Promise<JsonValue | ToolOutcome>;
  preview?(args: JsonObject): Promise<Preview>;
}

export interface MemoryToolSource extends ToolSource {
  /** Calls that reached a tool, in order. */
  readonly calls: readonly {
    readonly server: string;
    readonly tool: string;
    readonly arguments: JsonObject;
    readonly idempotency_key: string;
  }[];
  /** Replaces a tool, or adds it: a description or schema that changes while approvals are open. */
  setTool(tool: MemoryTool): void;
}

/** Tools that are plain functions, with real definitions and digests. */
export function createMemoryToolSource(tools: readonly MemoryTool[]): MemoryToolSource {
  const byName = new Map(tools.map((tool) => [nameOf(tool), tool]));
  const calls: MemoryToolSource['calls'][number][] = [];
  return {
    calls,
    setTool(tool) {
      byName.set(nameOf(tool), tool);
    },
    async list() {
      const definitions = [...byName.values()].map(defineTool);
      definitions.sort((a, b) => (a.wire_name < b.wire_name ? -1 : 1));
      return { tools: definitions, unavailable: [], quarantined: [], dropped: [] };
    },
    async call(call, expectedDigest, { signal, timeoutMs, idempotencyKey }) {
      const tool = byName.get(nameOf(call));
      if (tool === undefined)
        return { kind: 'not_sent', code: 'tool_not_found', message: `there is no tool ${nameOf(call)}` };
      if (defineTool(tool).digest !== expectedDigest)
        return {
          kind: 'not_sent',
          code: 'tool_definition_changed',
          message: `${nameOf(call)} is no longer the tool that was pinned`,
        };
      if (signal?.aborted === true)
        return { kind: 'not_sent', code: 'aborted', message: 'the call was given up before it was sent' };
      calls.push({ ...call, arguments: structuredClone(call.arguments), idempotency_key: idempotencyKey });
      const timeout = AbortSignal.timeout(timeoutMs);
      return settle(
        tool,
        call.arguments,
        idempotencyKey,
        signal ? AbortSignal.any([signal, timeout]) : timeout,
      );
    },
    async preview(definition, args) {
      return byName.get(nameOf(definition))?.preview?.(structuredClone(args));
    },
    async close() {},
  };
}

function nameOf(tool: { readonly server: string; readonly tool: string }): string {
  return `${tool.server}/${tool.tool}`;
}

async function settle(
  tool: MemoryTool,
  args: JsonObject,
  idempotencyKey: string,
  signal: AbortSignal,
): Promise<ToolOutcome> {
  const abandoned = new Promise<ToolOutcome>((resolve) => {
    signal.addEventListener('abort', () =>
      resolve({ kind: 'unknown', message: `${nameOf(tool)} did not answer before it was given up` }),
    );
  });
  const answered = tool.run(structuredClone(args), idempotencyKey, signal).then(
    (answer): ToolOutcome => (isOutcome(answer) ? answer : { kind: 'succeeded', content: answer }),
    (error: unknown): ToolOutcome => ({ kind: 'failed', code: 'tool_error', message: String(error) }),
  );
  return Promise.race([answered, abandoned]);
}

function isOutcome(answer: JsonValue | ToolOutcome): answer is ToolOutcome {
  return (
    answer !== null &&
    typeof answer === 'object' &&
    'kind' in answer &&
    ['succeeded', 'failed', 'not_sent', 'unknown'].includes(String(answer.kind))
  );
}

function defineTool(tool: MemoryTool): ToolDefinition {
  const description = tool.description ?? '';
  const input_schema = tool.input_schema ?? { type: 'object' };
  const annotations = tool.annotations ?? {};
  return {
    server: tool.server,
    tool: tool.tool,
    wire_name: `${tool.server}__${tool.tool}`,
    description,
    input_schema,
    annotations,
    is_trusted: tool.is_trusted ?? true,
    ...(tool.preview === undefined ? {} : { preview_tool: `preview_${tool.tool}` }),
    digest: toolDefinitionDigest({
      server_identity: `memory:${tool.server}`,
      name: tool.tool,
      description,
      input_schema,
      annotations,
    }),
  };
}
