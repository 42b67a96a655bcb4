import { InvalidInputError } from '@hitl/core';
import type { Command } from 'commander';
import type { CommandContext } from '../context.ts';
import { dataDirOf } from '../data-dir.ts';
import { parseIntegerOption } from '../parse-json-option.ts';

const names = ['google', 'jira'] as const;

export function addMcpCommands(program: Command, context: () => CommandContext): void {
  const mcp = program.command('mcp').description('the built-in MCP servers, for any MCP host');
  mcp
    .command('serve <server>')
    .description(`serve ${names.join(' or ')}: over stdio, or over Streamable HTTP at /mcp with --http`)
    .option('--http <port>', 'listen on 127.0.0.1 (on all addresses only with MCP_AUTH_TOKEN and --host)')
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .action(async (name: string, options: { http?: string; host: string }) => {
      const server = names.find((known) => known === name);
      if (server === undefined)
        throw new InvalidInputError(`server: must be ${names.join(' or ')}, not "${name}"`);
      const { serveMcp } = await import('../serve-mcp.ts');
      await serveMcp({
        server,
        env: process.env,
        signal: context().signal,
        dataDir: dataDirOf(process.env),
        ...(options.http === undefined
          ? {}
          : { http: { port: parseIntegerOption('--http', options.http, 0, 65535), host: options.host } }),
      });
    });
}
