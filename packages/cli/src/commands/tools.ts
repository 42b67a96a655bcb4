import { toolListViewSchema, toolViewSchema } from '@hitl/application/views';
import { visibleLine } from '@hitl/core';
import { Argument, type Command } from 'commander';
import type { CommandContext } from '../context.ts';
import { digest, id, type ToolName, toolName } from '../parse-option.ts';
import { renderTable } from '../render/table.ts';

interface AcceptOptions {
  userId: string;
  digest?: string;
}

export function addToolsCommands(program: Command, context: () => CommandContext): void {
  const tools = program
    .command('tools')
    .description('the tools of all MCP servers, and acceptance of new or changed ones');
  tools
    .command('list')
    .description('all tools, with those that wait for acceptance')
    .action(async () => {
      const { output, api } = context();
      const { colors } = output;
      const listing = await (await api()).request(toolListViewSchema, 'GET', '/tools');
      output.result(listing, ({ items, unavailable, dropped }) =>
        [
          items.length === 0
            ? 'no tools'
            : renderTable(
                [
                  { header: 'tool', isWhole: true },
                  { header: 'status', isWhole: true },
                  { header: 'digest', isWhole: true },
                  { header: 'description' },
                ],
                items.map((item) => [item.name, item.status, item.digest.slice(0, 8), item.description]),
                { width: output.width, styleHeader: colors.bold },
              ),
          ...unavailable.map(({ server, reason }) =>
            colors.yellow(`! ${visibleLine(server)} did not answer: ${visibleLine(reason)}`),
          ),
          ...dropped.map(({ server, tool, reason }) =>
            colors.yellow(`! ${visibleLine(`${server}/${tool}`)} is left out: ${visibleLine(reason)}`),
          ),
        ].join('\n'),
      );
    });
  tools
    .command('accept')
    .addArgument(new Argument('<name>', 'SERVER/TOOL, as "tools list" shows it').argParser(toolName))
    .description('accept a new or changed tool exactly as it is now')
    .requiredOption('--user-id <id>', 'who accepts', id)
    .option('--digest <digest>', 'accept only this definition, as "tools list --json" showed it', digest)
    .action(async ({ server, tool }: ToolName, options: AcceptOptions) => {
      const { output, api } = context();
      const body = { user_id: options.userId, name: `${server}/${tool}`, digest: options.digest };
      const accepted = await (await api()).request(toolViewSchema, 'POST', '/tools/accept', body);
      output.result(accepted, (view) => `${visibleLine(view.name)} is accepted as ${view.digest}`);
    });
}
