import { type GrantView, grantViewSchema, pageOf } from '@hitl/application/views';
import type { JsonObject } from '@hitl/core';
import { Argument, type Command } from 'commander';
import type { CommandContext } from '../context.ts';
import { id, integer, jsonObject, type ToolName, text, toolName } from '../parse-option.ts';
import { renderTable } from '../render/table.ts';
import { when } from '../render/when.ts';

const pageSchema = pageOf(grantViewSchema);
const longestGrantSeconds = 30 * 86_400;

interface GrantOptions {
  userId: string;
  for: string;
  tool: ToolName;
  arguments: JsonObject;
  allowOtherArguments?: boolean;
  environment?: string;
  maxUses: number;
  expiresIn: number;
  reason: string;
}

export function addGrantsCommands(program: Command, context: () => CommandContext): void {
  const grants = program
    .command('grants')
    .description('time-boxed pre-approvals; each use counts as one vote of the grantor');
  grants
    .command('list')
    .description('grants, newest first')
    .option('--limit <n>', 'at most this many', integer(1, 100), 20)
    .option('--cursor <cursor>', 'go on after an earlier page', text(2000))
    .action(async (options: { limit: number; cursor?: string }) => list(context(), options));
  grants
    .command('create')
    .description('pre-approve a narrow kind of call for one person')
    .requiredOption('--user-id <id>', 'the grantor: whose vote it stands for', id)
    .requiredOption('--for <id>', 'whose requests it covers', id)
    .requiredOption('--tool <server/tool>', 'exactly which tool', toolName)
    .option('--arguments <json>', 'values that the arguments must have', jsonObject, {})
    .option('--allow-other-arguments', 'arguments that are not named may have any value')
    .option('--environment <name>', 'only there', text(64))
    .option('--max-uses <n>', 'how often', integer(1, 1000), 1)
    .option('--expires-in <seconds>', 'for how long', integer(1, longestGrantSeconds), 3600)
    .requiredOption('--reason <text>', 'why', text(2000))
    .addHelpText(
      'after',
      `
Example:
  hitl-mcp grants create --user-id carol --for alice --tool google/suspend_user \\
    --arguments '{"user_key":"john.doe@example.com"}' --expires-in 900 --reason "off-boarding, ticket 4711"`,
    )
    .action(async (options: GrantOptions) => create(context(), options));
  grants
    .command('revoke')
    .addArgument(new Argument('<id>', 'of the grant').argParser(id))
    .description('end a grant at once')
    .requiredOption('--user-id <id>', 'who revokes', id)
    .option('--reason <text>', 'why', text(2000))
    .action(async (grantId: string, options: { userId: string; reason?: string }) => {
      const { output, api } = context();
      const query = new URLSearchParams({ user_id: options.userId });
      if (options.reason !== undefined) query.set('reason', options.reason);
      const path = `/grants/${encodeURIComponent(grantId)}?${query}`;
      const grant = await (await api()).request(grantViewSchema, 'DELETE', path);
      output.result(grant, (view) => `${view.grant_id} is revoked`);
    });
}

async function list(
  { output, api }: CommandContext,
  options: { limit: number; cursor?: string },
): Promise<void> {
  const query = new URLSearchParams({ limit: String(options.limit) });
  if (options.cursor !== undefined) query.set('cursor', options.cursor);
  const page = await (await api()).request(pageSchema, 'GET', `/grants?${query}`);
  output.result(page, ({ items, next_cursor }) => {
    if (items.length === 0) return 'no grants';
    const table = renderTable(
      [
        { header: 'grant', isWhole: true },
        { header: 'by' },
        { header: 'for' },
        { header: 'tool' },
        { header: 'uses', isWhole: true },
        { header: 'expires', isWhole: true },
        { header: 'state', isWhole: true },
      ],
      items.map((item) => [
        item.grant_id,
        item.grantor_id,
        item.grantee_id,
        `${item.server}/${item.tool}`,
        `${item.uses}/${item.max_uses}`,
        when(item.expires_at),
        stateOf(item),
      ]),
      { width: output.width, styleHeader: output.colors.bold },
    );
    return next_cursor === null ? table : `${table}\nmore: --cursor ${next_cursor}`;
  });
}

async function create({ output, api }: CommandContext, options: GrantOptions): Promise<void> {
  const grant = await (await api()).request(grantViewSchema, 'POST', '/grants', {
    user_id: options.userId,
    grantee_id: options.for,
    server: options.tool.server,
    tool: options.tool.tool,
    arguments: options.arguments,
    allow_other_arguments: options.allowOtherArguments,
    environment: options.environment,
    max_uses: options.maxUses,
    expires_in_seconds: options.expiresIn,
    reason: options.reason,
  });
  output.result(grant, (view) => {
    const uses = view.max_uses === 1 ? 'one use' : `${view.max_uses} uses`;
    return `${view.grant_id}: ${uses} for ${view.grantee_id} until ${view.expires_at}`;
  });
}

function stateOf(grant: GrantView): string {
  if (grant.revoked) return 'revoked';
  if (Date.parse(grant.expires_at) <= Date.now()) return 'expired';
  return grant.uses >= grant.max_uses ? 'used up' : 'open';
}
