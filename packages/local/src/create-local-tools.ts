import type { ToolPins, ToolSource } from '@hitl/core';
import type { Logger } from '@hitl/lambda';
import { createMcpToolSource, describeServer, parseMcpServers } from '@hitl/mcp-client';
import { createMcpServer } from '@hitl/mcp-server';
import type { BuiltinServers } from './builtin-servers.ts';
import type { LocalEnv } from './local-env.ts';

const defaultServers = 'google=builtin:google;jira=builtin:jira';

/** The tools of `MCP_SERVERS`, or of the two built-in servers where nothing is configured. */
export function createLocalTools(options: {
  readonly env: LocalEnv;
  readonly builtins: BuiltinServers;
  readonly pins: ToolPins;
  readonly logger: Logger;
}): { readonly source: ToolSource; readonly lines: readonly string[] } {
  const { env, builtins, pins, logger } = options;
  const isConfigured =
    env.MCP_SERVERS !== undefined || env.MCP_HOST !== undefined || env.MCP_PORT !== undefined;
  const servers = parseMcpServers(isConfigured ? env.MCP_SERVERS : defaultServers, {
    authToken: env.MCP_AUTH_TOKEN,
    authTokens: env.mcpAuthTokens,
    host: env.MCP_HOST,
    port: env.MCP_PORT,
    trusted: new Set(
      (env.MCP_TRUSTED ?? '')
        .split(',')
        .map((alias) => alias.trim())
        .filter(Boolean),
    ),
  });
  const source = createMcpToolSource({
    servers,
    pins,
    builtins: {
      google: () => createMcpServer(builtins.specs.google),
      jira: () => createMcpServer(builtins.specs.jira),
    },
    onWarning: (message) => logger.warn(message),
  });
  const lines = servers.map((server) => {
    const name =
      server.kind === 'builtin' && (server.name === 'google' || server.name === 'jira')
        ? server.name
        : undefined;
    return `${server.alias}: ${name === undefined ? describeServer(server) : `built in, ${builtins.describe[name]}`}`;
  });
  return { source, lines };
}
