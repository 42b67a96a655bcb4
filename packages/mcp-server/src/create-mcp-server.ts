import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import {
  CallToolRequestSchema,
  ErrorCode,
  ListToolsRequestSchema,
  McpError,
} from '@modelcontextprotocol/sdk/types.js';
import { callTool } from './call-tool.ts';
import { expandTools } from './expand-tools.ts';
import { idempotencyMetaKey } from './meta-keys.ts';
import type { McpServerSpec } from './server-tool.ts';

/** Only elicitation answers are validated with it, and these servers never elicit; the SDK's default compiles an AJV per server. */
const noElicitation = {
  getValidator(): never {
    throw new Error('this server does not elicit');
  },
};

export interface McpServerOptions {
  /** Aborts the calls in flight; their answers are still sent. */
  readonly signal?: AbortSignal;
}

/**
 * A server for one connection or one request; never share one between clients. The SDK's low-level `Server`, because its
 * high-level one turns every schema into draft-07.
 */
export function createMcpServer(spec: McpServerSpec, options: McpServerOptions = {}): Server {
  const tools = expandTools(spec);
  const server = new Server(
    { name: spec.name, version: spec.version },
    { capabilities: { tools: {} }, jsonSchemaValidator: noElicitation },
  );
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: [...tools.definitions] }));
  server.setRequestHandler(CallToolRequestSchema, async (request, extra) => {
    const { name, arguments: input, _meta: meta } = request.params;
    const tool = tools.byName.get(name);
    if (tool === undefined) throw new McpError(ErrorCode.InvalidParams, `there is no tool named ${name}`);
    const idempotencyKey = meta?.[idempotencyMetaKey];
    return callTool(spec, tool, input, {
      signal: options.signal === undefined ? extra.signal : AbortSignal.any([extra.signal, options.signal]),
      ...(typeof idempotencyKey === 'string' ? { idempotencyKey } : {}),
    });
  });
  return server;
}
