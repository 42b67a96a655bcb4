import { InvalidInputError } from '@hitl/core';
import { Argument, type Command } from 'commander';
import type { CommandContext } from '../context.ts';
import { dataDirOf } from '../data-dir.ts';
import { integer, text } from '../parse-option.ts';

const names = ['google', 'jira'] as const;

export function addMcpCommands(program: Command, context: () => CommandContext): void {
  const mcp = program.command('mcp').description('the built-in MCP servers, for any MCP host');
  mcp
    .command('serve')
    .addArgument(new Argument('<server>', 'which one').choices(names))
    .description('serve it over stdio, or with --http over Streamable HTTP at /mcp')
    .option('--http <port>', 'listen on this port of 127.0.0.1; 0 takes a free one', integer(0, 65_535))
    .option('--host <address>', 'with --http: another address; needs MCP_AUTH_TOKEN', text(255))
    .addHelpText(
      'after',
      `
Environment: MCP_AUTH_TOKEN is the bearer token that callers over HTTP must send. GOOGLE_SERVICE_ACCOUNT or GOOGLE_OAUTH_TOKEN, and
JIRA_BASE_URL, JIRA_EMAIL and JIRA_API_TOKEN connect the real services; without them emulated ones answer.

Examples:
  hitl-mcp mcp serve google
  MCP_AUTH_TOKEN=… hitl-mcp mcp serve jira --http 8000`,
    )
    .action(async (server: (typeof names)[number], options: { http?: number; host?: string }) => {
      if (options.host !== undefined && options.http === undefined)
        throw new InvalidInputError('--host: needs --http PORT too; without it the server speaks over stdio');
      const { serveMcp } = await import('../serve-mcp.ts');
      const { output, signal } = context();
      await serveMcp({
        server,
        env: process.env,
        signal,
        output,
        dataDir: dataDirOf(process.env),
        ...(options.http === undefined
          ? {}
          : { http: { port: options.http, host: options.host ?? '127.0.0.1' } }),
      });
    });
}
