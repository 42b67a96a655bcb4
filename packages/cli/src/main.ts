import { HitlError, redactText } from '@hitl/core';
import { Command, CommanderError } from 'commander';
import type { ApiClient } from './api-client.ts';
import { addApprovalsCommands } from './commands/approvals.ts';
import { addAuditCommands } from './commands/audit.ts';
import { addDoctorCommand } from './commands/doctor.ts';
import { addGrantsCommands } from './commands/grants.ts';
import { addMcpCommands } from './commands/mcp.ts';
import { addPolicyCommands } from './commands/policy.ts';
import { addRunCommand } from './commands/run.ts';
import { addRunsCommands } from './commands/runs.ts';
import { addStartCommands } from './commands/start.ts';
import { addToolsCommands } from './commands/tools.ts';
import type { CommandContext } from './context.ts';
import { dataDirOf } from './data-dir.ts';
import { exitCodes } from './exit-codes.ts';
import { createOutput } from './output.ts';
import { version } from './version.ts';

process.exitCode = await main(process.argv.slice(2));

/** Runs one command line; returns the exit code. Everything it opened is closed when it returns. */
async function main(argv: readonly string[]): Promise<number> {
  const program = new Command('hitl-mcp');
  const stop = new AbortController();
  let client: Promise<ApiClient> | undefined;
  let context: CommandContext | undefined;
  const contextOf = (): CommandContext => {
    if (context !== undefined) return context;
    const options = program.opts<{ json?: boolean; api?: string }>();
    context = {
      output: createOutput({
        json: options.json ?? argv.includes('--json'),
        isTty: process.stdout.isTTY === true,
        noColor: process.env.NO_COLOR !== undefined,
      }),
      api: () => {
        client ??= import('./connect.ts').then(({ connect }) =>
          connect({ api: options.api, dataDir: dataDirOf(process.env), env: process.env }),
        );
        return client;
      },
      signal: stop.signal,
      exitCode: exitCodes.ok,
    };
    return context;
  };

  program
    .description('AI agents ask people before they act')
    .version(version)
    .option('--api <url>', 'a deployed API (its bearer token in HITL_API_TOKEN); default: the local stack')
    .option('--json', 'one JSON document on stdout, everything else on stderr')
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(text.replace(/^error: /, 'hitl-mcp: ')) })
    .showSuggestionAfterError();
  addStartCommands(program, contextOf);
  addRunCommand(program, contextOf);
  addRunsCommands(program, contextOf);
  addApprovalsCommands(program, contextOf);
  addGrantsCommands(program, contextOf);
  addAuditCommands(program, contextOf);
  addToolsCommands(program, contextOf);
  addPolicyCommands(program, contextOf);
  addDoctorCommand(program, contextOf);
  addMcpCommands(program, contextOf);
  for (const command of allCommands(program)) {
    command.exitOverride().option('--json', 'one JSON document on stdout, everything else on stderr');
    command.option('--api <url>', 'a deployed API; default: the local stack');
    command.hook('preAction', (_this, action) => {
      // Both options are understood before and after the command's name.
      const own = action.opts<{ json?: boolean; api?: string }>();
      if (own.json === true) program.setOptionValue('json', true);
      if (own.api !== undefined) program.setOptionValue('api', own.api);
    });
  }

  const interrupt = (): void => stop.abort();
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt);
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return context?.exitCode ?? exitCodes.ok;
  } catch (error) {
    return report(error, context?.output.isJson ?? argv.includes('--json'));
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
    await client?.then((api) => api.close()).catch(() => {});
  }
}

/** One clear line per wrong field on stderr (with --json one document on stdout); never a stack trace. */
function report(error: unknown, isJson: boolean): number {
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
  const known = error instanceof HitlError ? error : undefined;
  const code = known?.code ?? 'internal';
  const detail =
    known === undefined
      ? `something went wrong that should not: ${redactText(String(error))}`
      : known.message;
  if (isJson) {
    process.stdout.write(
      `${JSON.stringify({ error: { code, detail, errors: known?.errors ?? [] } }, null, 2)}\n`,
    );
  } else {
    process.stderr.write(`hitl-mcp: ${detail}\n`);
    for (const { path, message } of known?.errors ?? []) {
      if (!detail.includes(message)) process.stderr.write(`  ${path}: ${message}\n`);
    }
  }
  if (process.env.HITL_DEBUG !== undefined && error instanceof Error)
    process.stderr.write(`${error.stack}\n`);
  return known !== undefined && known.status >= 400 && known.status < 500
    ? exitCodes.usage
    : exitCodes.failed;
}

function allCommands(command: Command): Command[] {
  return command.commands.flatMap((child) => [child, ...allCommands(child)]);
}
