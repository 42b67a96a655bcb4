import type { Command } from 'commander';
import { z } from 'zod';
import type { CommandContext } from '../context.ts';
import { renderTable } from '../render/table.ts';

const toolSchema = z.object({
  name: z.string(),
  title: z.string().nullable(),
  description: z.string(),
  status: z.enum(['accepted', 'quarantined']),
  digest: z.string(),
  annotations: z.looseObject({}),
  input_schema: z.looseObject({}),
});
const listSchema = z.object({
  items: z.array(toolSchema),
  unavailable: z.array(z.object({ server: z.string(), reason: z.string() })),
  dropped: z.array(z.object({ server: z.string(), tool: z.string(), reason: z.string() })),
});

export function addToolsCommands(program: Command, context: () => CommandContext): void {
  const tools = program
    .command('tools')
    .description('the tools of all MCP servers, and acceptance of new or changed ones');
  tools
    .command('list')
    .description('all tools, with those that wait for acceptance')
    .action(async () => {
      const { output, api } = context();
      const listing = await (await api()).request(listSchema, 'GET', '/tools');
      output.result(listing, ({ items, unavailable, dropped }) =>
        [
          renderTable(
            ['tool', 'status', 'digest', 'description'],
            items.map((item) => [item.name, item.status, item.digest.slice(0, 12), item.description]),
            output.colors.bold,
          ),
          ...unavailable.map(({ server, reason }) =>
            output.colors.yellow(`! ${server} did not answer: ${reason}`),
          ),
          ...dropped.map(({ server, tool, reason }) =>
            output.colors.yellow(`! ${server}/${tool} is left out: ${reason}`),
          ),
        ].join('\n'),
      );
    });
  tools
    .command('accept <name>')
    .description('accept a new or changed tool exactly as it is now')
    .requiredOption('--user-id <id>', 'who accepts')
    .action(async (name: string, options: { userId: string }) => {
      const { output, api } = context();
      const tool = await (await api()).request(toolSchema, 'POST', '/tools/accept', {
        user_id: options.userId,
        name,
      });
      output.result(tool, (view) => `${view.name} is accepted as ${view.digest}`);
    });
}
