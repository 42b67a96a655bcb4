import { visibleText } from '@hitl/core';
import { Command, CommanderError } from 'commander';
import type { ApiClient } from './api-client.ts';
import { calledGroup, commandGroups } from './command-groups.ts';
import type { CommandContext } from './context.ts';
import { dataDirOf } from './data-dir.ts';
import { createOutput } from './output.ts';
import { baseUrl } from './parse-option.ts';
import { version } from './version.ts';

interface GlobalOptions {
  json?: boolean;
  api?: string;
}

const usageExitCode = 2;
/** These work on this machine and its files, or on a table of their own, whatever API there is. */
const localCommands = new Set([
  'start',
  'demo',
  'mcp serve',
  'policy check',
  'policy test',
  'directory push',
  'directory show',
]);

export type Surroundings = Pick<NodeJS.Process, 'env' | 'stdout' | 'stderr'>;

/** Runs one command line; returns the exit code. Everything it opened is closed when it returns. */
export async function runCommandLine(
  argv: readonly string[],
  { env, stdout, stderr }: Surroundings = process,
): Promise<number> {
  const program = new Command('hitl-mcp');
  const stop = new AbortController();
  let client: Promise<ApiClient> | undefined;
  let context: CommandContext | undefined;
  const output = createOutput({
    json: argv.includes('--json'),
    env,
    stdout,
    stderr,
  });
  const contextOf = (): CommandContext => {
    context ??= {
      output,
      api: ({ isReachable = false } = {}) => {
        client ??= import('./connect.ts').then(({ connect }) =>
          connect({
            api: program.opts<GlobalOptions>().api,
            dataDir: dataDirOf(env),
            env,
            isReachable,
            signal: stop.signal,
          }),
        );
        return client;
      },
      signal: stop.signal,
      exitCode: 0,
    };
    return context;
  };
  let complaint = '';
  program
    .description('AI agents ask people before they act')
    .version(version)
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => {
        if (!output.isJson) stderr.write(visibleText(text));
      },
      outputError: (text, write) => {
        complaint = text.replace(/^error: /, '').trim();
        write(`hitl-mcp: ${complaint.replaceAll('\n', ' ')}\n`);
      },
    })
    .showSuggestionAfterError()
    .addHelpText(
      'after',
      `
Examples:
  hitl-mcp run --user-id alice --query "Suspend the user account for john.doe@example.com"
  hitl-mcp approvals list
  hitl-mcp approvals approve ID --user-id carol

Exit codes: 0 done, 1 failed, 2 wrong input, 3 denied, 4 awaiting approval, 5 rejected or expired
Environment: DATA_DIR (default .data), HITL_API_TOKEN, POLICY_PATH, MCP_SERVERS, MODEL_ID …; NO_COLOR`,
    );
  await addCommands(program, contextOf, argv);

  const interrupt = (): void => stop.abort();
  process.once('SIGINT', interrupt).once('SIGTERM', interrupt).once('SIGHUP', interrupt);
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return context?.exitCode ?? 0;
  } catch (error) {
    if (error instanceof CommanderError) {
      if (error.exitCode === 0) return 0;
      const detail = complaint || 'a command is missing; --help lists them';
      if (output.isJson) output.result({ error: { code: 'usage', detail, errors: [] } }, () => '');
      return usageExitCode;
    }
    const { reportError } = await import('./report-error.ts');
    const { exitCode, ...report } = reportError(error);
    if (output.isJson) output.result({ error: report }, () => '');
    else stderr.write(`hitl-mcp: ${report.detail}\n`);
    if ((env.HITL_DEBUG ?? '') !== '' && error instanceof Error)
      stderr.write(`${visibleText(error.stack ?? '')}\n`);
    return exitCode;
  } finally {
    await client?.then((api) => api.close()).catch(() => {});
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt).off('SIGHUP', interrupt);
  }
}

async function addCommands(
  program: Command,
  context: () => CommandContext,
  argv: readonly string[],
): Promise<void> {
  const called = calledGroup(argv);
  for (const group of commandGroups) {
    if (group.name === called) (await group.load())(program, context);
    else program.command(group.name).description(group.summary);
  }
  program.option(
    '--api <url>',
    'a deployed API; its bearer token is read from HITL_API_TOKEN, without one AWS credentials sign',
    baseUrl,
  );
  program.option('--json', 'one JSON document on stdout, everything else on stderr').exitOverride();
  for (const command of allCommands(program)) {
    command.exitOverride().option('--json', 'one JSON document on stdout, everything else on stderr');
    const name = nameOf(command);
    if (command.commands.length > 0) continue;
    if (!localCommands.has(name))
      command.option('--api <url>', 'a deployed API; default: the local stack', baseUrl);
    command.hook('preAction', (_this, action) => {
      // Both options are understood before and after the command's name.
      const { json, api } = action.opts<GlobalOptions>();
      if (json === true) program.setOptionValue('json', true);
      if (api !== undefined) program.setOptionValue('api', api);
      if (localCommands.has(name) && program.opts<GlobalOptions>().api !== undefined)
        program.error(`error: option '--api <url>' is not for "${name}", which works from this machine`);
    });
  }
}

function nameOf(command: Command): string {
  const { parent } = command;
  return parent === null || parent.parent === null ? command.name() : `${nameOf(parent)} ${command.name()}`;
}

function allCommands(command: Command): Command[] {
  return command.commands.flatMap((child) => [child, ...allCommands(child)]);
}
