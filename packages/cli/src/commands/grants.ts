import { type GrantView, grantViewSchema } from '@hitl/application';
import { InvalidInputError } from '@hitl/core';
import type { Command } from 'commander';
import { z } from 'zod';
import type { CommandContext } from '../context.ts';
import { parseIntegerOption, parseJsonOption } from '../parse-json-option.ts';
import { renderTable } from '../render/table.ts';

const pageSchema = z.object({ items: z.array(grantViewSchema), next_cursor: z.string().nullable() });

interface GrantOptions {
  userId: string;
  for: string;
  tool: string;
  arguments: string;
  allowOtherArguments?: boolean;
  environment?: string;
  maxUses: string;
  expiresIn: string;
  reason: string;
}

export function addGrantsCommands(program: Command, context: () => CommandContext): void {
  const grants = program
    .command('grants')
    .description('time-boxed pre-approvals; each use counts as one vote of the grantor');
  grants
    .command('list')
    .description('grants, newest first')
    .option('--limit <n>', 'at most this many', '20')
    .option('--cursor <cursor>', 'go on after an earlier page')
    .action(async (options: { limit: string; cursor?: string }) => {
      const { output, api } = context();
      const query = new URLSearchParams({ limit: options.limit });
      if (options.cursor !== undefined) query.set('cursor', options.cursor);
      const page = await (await api()).request(pageSchema, 'GET', `/grants?${query}`);
      output.result(page, ({ items }) =>
        items.length === 0
          ? 'no grants'
          : renderTable(
              ['grant', 'by', 'for', 'tool', 'uses', 'expires', 'state'],
              items.map((item) => [
                item.grant_id,
                item.grantor_id,
                item.grantee_id,
                `${item.server}/${item.tool}`,
                `${item.uses}/${item.max_uses}`,
                item.expires_at,
                stateOf(item),
              ]),
              output.colors.bold,
            ),
      );
    });
  grants
    .command('create')
    .description('pre-approve a narrow kind of call for one person')
    .requiredOption('--user-id <id>', 'the grantor: whose vote it stands for')
    .requiredOption('--for <id>', 'whose requests it covers')
    .requiredOption('--tool <server/tool>', 'exactly which tool')
    .option('--arguments <json>', 'values that the arguments must have', '{}')
    .option('--allow-other-arguments', 'arguments that are not named may have any value')
    .option('--environment <name>', 'only there')
    .option('--max-uses <n>', 'how often', '1')
    .option('--expires-in <seconds>', 'for how long', '3600')
    .requiredOption('--reason <text>', 'why')
    .action(async (options: GrantOptions) => {
      const { output, api } = context();
      const [server, tool, ...rest] = options.tool.split('/');
      if (server === undefined || server === '' || tool === undefined || tool === '' || rest.length > 0) {
        throw new InvalidInputError(
          `--tool: must be SERVER/TOOL such as google/add_aws_role, not "${options.tool}"`,
        );
      }
      const grant = await (await api()).request(grantViewSchema, 'POST', '/grants', {
        user_id: options.userId,
        grantee_id: options.for,
        server,
        tool,
        arguments: parseJsonOption('--arguments', options.arguments),
        allow_other_arguments: options.allowOtherArguments,
        environment: options.environment,
        max_uses: parseIntegerOption('--max-uses', options.maxUses, 1, 1000),
        expires_in_seconds: parseIntegerOption('--expires-in', options.expiresIn, 1, 30 * 86_400),
        reason: options.reason,
      });
      output.result(
        grant,
        (view) => `${view.grant_id}: ${view.max_uses} use(s) for ${view.grantee_id} until ${view.expires_at}`,
      );
    });
  grants
    .command('revoke <id>')
    .description('end a grant at once')
    .requiredOption('--user-id <id>', 'who revokes')
    .option('--reason <text>', 'why')
    .action(async (id: string, options: { userId: string; reason?: string }) => {
      const { output, api } = context();
      const query = new URLSearchParams({ user_id: options.userId });
      if (options.reason !== undefined) query.set('reason', options.reason);
      const grant = await (await api()).request(
        grantViewSchema,
        'DELETE',
        `/grants/${encodeURIComponent(id)}?${query}`,
      );
      output.result(grant, (view) => `${view.grant_id} is revoked`);
    });
}

function stateOf(grant: GrantView): string {
  if (grant.revoked) return 'revoked';
  if (Date.parse(grant.expires_at) <= Date.now()) return 'expired';
  return grant.uses >= grant.max_uses ? 'used up' : 'open';
}
