export { connectInProcess } from './connect-in-process.ts';
export { createHttpHandler, type HttpHandlerOptions } from './create-http-handler.ts';
export { createMcpServer } from './create-mcp-server.ts';
export {
  createSecretHttpHandler,
  readTokenSecret,
  type SecretHttpHandlerOptions,
  type ServerTokens,
} from './create-secret-http-handler.ts';
export { errorMetaKey, idempotencyMetaKey, previewMetaKey } from './meta-keys.ts';
export { serveHttp } from './serve-http.ts';
export { serveStdio } from './serve-stdio.ts';
export { defineTool, type McpServerSpec, type ServerTool, type ToolContext } from './server-tool.ts';
