import { directoryDocumentSchema, InvalidInputError, visibleLine } from '@hitl/core';
import { readCheckedFile } from '@hitl/local/read-checked-file';
import type { Command } from 'commander';
import { confirm } from '../confirm.ts';
import type { CommandContext } from '../context.ts';
import { diffDirectories } from '../directory/diff-directories.ts';
import {
  type DirectoryTableOptions,
  environmentName,
  regionName,
  tableName,
  withDirectoryTable,
} from '../directory/open-directory-table.ts';
import { renderChanges } from '../directory/render-directory.ts';
import { exitCodes } from '../exit-codes.ts';
import { renderTable } from '../render/table.ts';

interface PushOptions extends DirectoryTableOptions {
  readonly yes?: boolean;
}

export function addDirectoryCommands(program: Command, context: () => CommandContext): void {
  const directory = program
    .command('directory')
    .description('who exists and who belongs where, in a deployed environment');
  withTableOptions(directory.command('push <file>'))
    .description('replace the directory by a YAML or JSON file, after showing what that changes')
    .option('--yes', 'push without asking')
    .addHelpText(
      'after',
      `
It takes effect with the next vote. The file has the form of the local stack's directory.yaml.

Example:
  hitl-mcp directory push people.yaml --environment dev --region eu-central-1`,
    )
    .action(async (file: string, options: PushOptions) => push(context(), file, options));
  withTableOptions(directory.command('show'))
    .description('the directory in force')
    .action(async (options: DirectoryTableOptions) => show(context(), options));
}

function withTableOptions(command: Command): Command {
  return command
    .requiredOption('--environment <name>', 'which deployed environment', environmentName)
    .option('--table <name>', 'its directory table (default: ENVIRONMENT-directory)', tableName)
    .option('--region <region>', 'its AWS region (default: AWS_REGION)', regionName);
}

async function push(command: CommandContext, file: string, options: PushOptions): Promise<void> {
  const { output, signal } = command;
  const document = await readCheckedFile(file, directoryDocumentSchema);
  await withDirectoryTable(options, process.env, async (table) => {
    const before = await table.read();
    const changes = diffDirectories(before?.document, document);
    const result = {
      environment: options.environment,
      table: table.tableName,
      region: table.region,
      ...(before === undefined ? {} : { previous_version: before.version }),
      changes,
    };
    const count = changes.added.length + changes.removed.length + changes.changed.length;
    if (before !== undefined && count === 0) {
      output.result(
        { ...result, version: before.version, is_pushed: false },
        () => `${table.tableName} holds this directory already (version ${before.version})`,
      );
      return;
    }
    output.say(renderChanges(changes, output.colors));
    if (options.yes !== true) {
      if (process.stdin.isTTY !== true || process.stderr.isTTY !== true)
        throw new InvalidInputError('nobody can be asked here: --yes pushes what was shown');
      const question = `Replace the directory of ${options.environment} (${table.tableName}, ${table.region})?`;
      if (!(await confirm(question, signal))) {
        output.result({ ...result, is_pushed: false }, () => 'nothing was changed');
        command.exitCode = exitCodes.failed;
        return;
      }
    }
    const version = await table.push(document, before);
    output.result(
      { ...result, version, is_pushed: true },
      () =>
        `${table.tableName} is at version ${version}: ${changes.added.length} added, ${changes.removed.length} removed, ${changes.changed.length} changed`,
    );
  });
}

async function show({ output }: CommandContext, options: DirectoryTableOptions): Promise<void> {
  const { colors } = output;
  await withDirectoryTable(options, process.env, async (table) => {
    const stored = await table.read();
    if (stored === undefined)
      throw new InvalidInputError(
        `${table.tableName} holds no directory yet: put one in place with "hitl-mcp directory push"`,
      );
    const { version, pushed_at, document } = stored;
    output.result({ table: table.tableName, region: table.region, version, pushed_at, document }, () =>
      [
        renderTable(
          [
            { header: 'id', isWhole: true },
            { header: 'kind', isWhole: true },
            { header: 'name' },
            { header: 'groups' },
            { header: 'links' },
          ],
          document.principals.map((entry) => [
            entry.id,
            entry.kind,
            entry.display_name ?? '',
            entry.groups.join(', '),
            entry.links?.join(', ') ?? '',
          ]),
          { width: output.width, styleHeader: colors.bold },
        ),
        colors.dim(
          `version ${version}${pushed_at === undefined ? '' : `, pushed ${visibleLine(pushed_at)}`}`,
        ),
      ].join('\n'),
    );
  });
}
