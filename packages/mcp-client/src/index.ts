export { idempotencyMetaKey } from './calling/call-tool.ts';
export { upstreamRequestIdMetaKey } from './calling/outcome-of-result.ts';
export type { BuiltinServer } from './connection.ts';
export { createMcpToolSource, type McpToolSourceOptions } from './create-mcp-tool-source.ts';
export { previewMetaKey } from './listing/raw-tool.ts';
export { type ParseMcpServersOptions, parseMcpServers, tokenSuffix } from './parse-mcp-servers.ts';
export {
  type BuiltinServerConfig,
  describeServer,
  type HttpServerConfig,
  type ServerConfig,
  type StdioServerConfig,
} from './server-config.ts';
export { createWireNameTable, wireName } from './wire-name.ts';
