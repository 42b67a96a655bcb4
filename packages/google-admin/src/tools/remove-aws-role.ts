import { defineTool, type ServerTool } from '@hitl/mcp-server';
import { z } from 'zod';
import type { GoogleAdminContext } from '../google-admin-options.ts';
import { awsRoleSchema, changeRoles, entriesOf, type RolePlan } from '../roles/change-roles.ts';
import { previewRoles } from '../roles/preview-roles.ts';
import { accountIdOf, accountIdSchema, adminRoleSchema } from '../roles/role-arns.ts';
import { describeEntries, type RoleEntry, withoutRoles } from '../roles/role-entries.ts';
import { userKeySchema } from './user-key.ts';

const inputSchema = z
  .strictObject({
    user_key: userKeySchema,
    admin_role: adminRoleSchema
      .optional()
      .describe('ARN of the AWS role to take away. Give either this or account_id.'),
    account_id: accountIdSchema
      .optional()
      .describe('12-digit AWS account: every role in it is taken away. Give either this or admin_role.'),
  })
  .check(({ value, issues }) => {
    if (issues.length > 0) return;
    if ((value.admin_role === undefined) !== (value.account_id === undefined)) return;
    const message =
      value.admin_role === undefined
        ? 'either admin_role or account_id is required'
        : 'not together with account_id';
    issues.push({ code: 'custom', input: value, path: ['admin_role'], message });
  })
  // A check has no form in JSON Schema: said again for whoever reads the schema only.
  .meta({ anyOf: [{ required: ['admin_role'] }, { required: ['account_id'] }] });
type Input = z.infer<typeof inputSchema>;

export function createRemoveAwsRoleTool(context: GoogleAdminContext): ServerTool {
  const planOf =
    (input: Input): RolePlan =>
    (entries) =>
      withoutRoles(entries, input);
  return defineTool({
    name: 'remove_aws_role',
    title: 'Remove AWS role',
    description:
      'Takes an AWS role, or every role in one AWS account, away from a Google Workspace user. All other entries stay as they are. Give either admin_role or account_id.',
    inputSchema,
    outputSchema: z.strictObject({
      primary_email: z.string(),
      changed: z.boolean().describe('False when the user had no such role.'),
      removed: z.array(awsRoleSchema),
      roles: z.array(awsRoleSchema).describe('All roles of the user afterwards.'),
      warnings: z.array(z.string()).optional(),
    }),
    annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
    async execute(input, { signal }) {
      const plan = planOf(input);
      const user = await context.directory.getUser(input.user_key, signal);
      const { before, after } = await changeRoles(context, user, plan, signal);
      const kept = plan(before);
      const warnings = mentions(after, input);
      return {
        primary_email: user.primaryEmail,
        changed: kept !== before,
        removed: describeEntries(before.filter((entry) => !kept.includes(entry))).roles,
        roles: describeEntries(after).roles,
        ...(warnings.length === 0 ? {} : { warnings }),
      };
    },
    async preview(input, { signal }) {
      const user = await context.directory.getUser(input.user_key, signal);
      const target = input.admin_role ?? `any role in AWS account ${input.account_id}`;
      return previewRoles(
        context,
        user,
        planOf(input),
        (changed) =>
          changed === 0
            ? `${user.primaryEmail} does not have ${target}; nothing would change`
            : `Take ${changed === 1 ? 'one role' : `${changed} roles`} away from ${user.primaryEmail} (${target})`,
        mentions(entriesOf(user, context), input),
      );
    },
  });
}

/** Entries that are no role and yet name the account: they stay, and somebody should know. */
function mentions(entries: readonly RoleEntry[], input: Input): string[] {
  const accountId = input.account_id ?? accountIdOf(input.admin_role ?? '');
  return describeEntries(entries)
    .other_entries.filter((text) => text.includes(accountId))
    .map(
      (text) => `An entry that is no role and provider pair names account ${accountId} and stays: ${text}`,
    );
}
