import { ConflictError, ForbiddenError, InvalidInputError } from '@hitl/core';
import { defineTool, type ServerTool } from '@hitl/mcp-server';
import { z } from 'zod';
import type { GoogleUser } from '../directory/google-user.ts';
import type { GoogleAdminContext } from '../google-admin-options.ts';
import { awsRoleSchema, changeRoles, type RolePlan } from '../roles/change-roles.ts';
import { previewRoles } from '../roles/preview-roles.ts';
import { accountIdOf, adminRoleSchema, identityProviderSchema } from '../roles/role-arns.ts';
import { describeEntries, withRole } from '../roles/role-entries.ts';
import { userKeySchema } from './user-key.ts';

const inputSchema = z
  .strictObject({
    user_key: userKeySchema,
    admin_role: adminRoleSchema.describe('ARN of the AWS role to grant.'),
    identity_provider: identityProviderSchema
      .optional()
      .describe(
        "ARN of the SAML provider in the same account. Default: the configured provider name in the role's account.",
      ),
  })
  .check(({ value, issues }) => {
    const { admin_role, identity_provider } = value;
    if (issues.length > 0) return;
    if (identity_provider === undefined || accountIdOf(identity_provider) === accountIdOf(admin_role)) return;
    issues.push({
      code: 'custom',
      input: value,
      path: ['identity_provider'],
      message: `must be in the role's account ${accountIdOf(admin_role)}, not in ${accountIdOf(identity_provider)}`,
    });
  });
type Input = z.infer<typeof inputSchema>;

export function createAddAwsRoleTool(context: GoogleAdminContext): ServerTool {
  const { directory, roleSchema } = context;

  const planOf = (input: Input) => {
    const account_id = accountIdOf(input.admin_role);
    const { admin_role, identity_provider = defaultProvider(context, account_id) } = input;
    if (!context.isRoleAllowed(admin_role))
      throw new ForbiddenError('forbidden', `${admin_role} is not among the roles that may be granted here`);
    const role = { admin_role, identity_provider, account_id };
    const plan: RolePlan = (entries) => withRole(entries, role, roleSchema.customType);
    return { role, plan };
  };

  /** Asked only for users without the schema: whoever has an entry proves that it exists. */
  const checkSchema = async (user: GoogleUser, signal: AbortSignal) => {
    if (user.customSchemas?.[roleSchema.schema] !== undefined) return;
    const { schema, field } = roleSchema;
    if ((await directory.hasSchemaField(schema, field, signal)) !== false) return;
    throw new ConflictError(
      'conflict',
      `the directory has no custom schema ${schema} with a multi-value field ${field}; an administrator has to create it first`,
    );
  };

  return defineTool({
    name: 'add_aws_role',
    title: 'Add AWS role',
    description:
      'Lets a Google Workspace user assume an AWS role by single sign-on. Other roles of the user stay as they are; a role that the user has already is left alone.',
    inputSchema,
    outputSchema: z.strictObject({
      primary_email: z.string(),
      ...awsRoleSchema.shape,
      changed: z.boolean().describe('False when the user had the role already.'),
      roles: z.array(awsRoleSchema).describe('All roles of the user afterwards.'),
    }),
    annotations: {
      readOnlyHint: false,
      destructiveHint: false,
      idempotentHint: true,
      openWorldHint: false,
    },
    async execute(input, { signal }) {
      const { role, plan } = planOf(input);
      const user = await directory.getUser(input.user_key, signal);
      await checkSchema(user, signal);
      const { before, after } = await changeRoles(context, user, plan, signal);
      return {
        primary_email: user.primaryEmail,
        ...role,
        changed: plan(before) !== before,
        roles: describeEntries(after).roles,
      };
    },
    async preview(input, { signal }) {
      const { role, plan } = planOf(input);
      const user = await directory.getUser(input.user_key, signal);
      await checkSchema(user, signal);
      return previewRoles(
        context,
        user,
        plan,
        (changed) =>
          changed === 0
            ? `${user.primaryEmail} has ${role.admin_role} already; nothing would change`
            : `Grant ${role.admin_role} in AWS account ${role.account_id} to ${user.primaryEmail}`,
        user.suspended === true ? ['The user is suspended.'] : [],
      );
    },
  });
}

function defaultProvider({ samlProviderName }: GoogleAdminContext, accountId: string): string {
  if (samlProviderName !== undefined) return `arn:aws:iam::${accountId}:saml-provider/${samlProviderName}`;
  const message = 'is required, as no default provider name (AWS_SAML_PROVIDER_NAME) is configured';
  throw new InvalidInputError(`identity_provider ${message}`, {
    errors: [{ path: 'identity_provider', message }],
  });
}
