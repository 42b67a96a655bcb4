import { type JsonObject, type ToolDefinition, toolDefinitionDigest } from '@hitl/core';

interface ToolSketch {
  readonly server: string;
  readonly tool: string;
  readonly description: string;
  readonly properties?: Record<string, JsonObject>;
  readonly required?: readonly string[];
  readonly schema?: JsonObject;
  readonly kind?: 'read' | 'write' | 'destructive';
}

export function defineTool(sketch: ToolSketch): ToolDefinition {
  const input_schema = {
    type: 'object',
    properties: sketch.properties ?? {},
    required: [...(sketch.required ?? [])],
    additionalProperties: false,
    ...sketch.schema,
  } as JsonObject;
  return {
    server: sketch.server,
    tool: sketch.tool,
    wire_name: `${sketch.server}__${sketch.tool}`,
    description: sketch.description,
    input_schema,
    annotations: {
      readOnlyHint: sketch.kind === 'read',
      destructiveHint: sketch.kind === 'destructive',
      idempotentHint: true,
    },
    is_trusted: true,
    digest: toolDefinitionDigest({
      server_identity: sketch.server,
      name: sketch.tool,
      description: sketch.description,
      input_schema,
    }),
  };
}

const email = { type: 'string', format: 'email' };
const userKey = { type: 'string', format: 'email', description: 'Primary e-mail address of the user.' };
const roleArn = {
  type: 'string',
  // As a generator writes it that starts from a regular expression literal.
  pattern: '^arn:aws:iam::\\d{12}:role\\/[a-zA-Z0-9_-]+$',
  description: 'ARN of the AWS role.',
};

/** The tools of the built-in servers, as their contract describes them. */
export const builtInTools: readonly ToolDefinition[] = [
  defineTool({
    server: 'google',
    tool: 'create_user',
    description: 'Create a user in Google Workspace.',
    properties: {
      primary_email: email,
      first_name: { type: 'string', minLength: 1 },
      last_name: { type: 'string', minLength: 1 },
      org_unit_path: { type: 'string', pattern: '^/', description: 'Organisational unit, such as /Sales.' },
    },
    required: ['primary_email', 'first_name', 'last_name'],
  }),
  defineTool({
    server: 'google',
    tool: 'list_users',
    description: 'List users of a Google Workspace domain.',
    kind: 'read',
    properties: {
      domain: { type: 'string', description: 'Domain name.' },
      query: { type: 'string', description: 'Search expression of the Directory API.' },
      max_results: { type: 'integer', minimum: 1, maximum: 500 },
      page_token: { type: 'string' },
    },
  }),
  defineTool({
    server: 'google',
    tool: 'get_user',
    description: 'Get one user with all details.',
    kind: 'read',
    properties: { user_key: userKey },
    required: ['user_key'],
  }),
  defineTool({
    server: 'google',
    tool: 'suspend_user',
    description: 'Suspend a user: they can no longer sign in.',
    kind: 'destructive',
    properties: { user_key: userKey },
    required: ['user_key'],
  }),
  defineTool({
    server: 'google',
    tool: 'restore_user',
    description: 'Restore a suspended user.',
    properties: { user_key: userKey },
    required: ['user_key'],
  }),
  defineTool({
    server: 'google',
    tool: 'add_aws_role',
    description: 'Let a user assume an AWS role through SAML.',
    properties: {
      user_key: userKey,
      admin_role: roleArn,
      identity_provider: { type: 'string', pattern: '^arn:aws:iam::\\d{12}:saml-provider/[a-zA-Z0-9_-]+$' },
    },
    required: ['user_key', 'admin_role'],
  }),
  defineTool({
    server: 'google',
    tool: 'remove_aws_role',
    description: 'Take an AWS role, or all roles of one AWS account, from a user.',
    kind: 'destructive',
    properties: {
      user_key: userKey,
      admin_role: roleArn,
      account_id: { type: 'string', pattern: '^\\d{12}$', description: 'AWS account id.' },
    },
    required: ['user_key'],
    schema: { oneOf: [{ required: ['admin_role'] }, { required: ['account_id'] }] },
  }),
  defineTool({
    server: 'google',
    tool: 'list_aws_roles',
    description: 'List the AWS roles of a user.',
    kind: 'read',
    properties: { user_key: userKey },
    required: ['user_key'],
  }),
  defineTool({
    server: 'jira',
    tool: 'create_project',
    description: 'Create a Jira project.',
    properties: {
      name: { type: 'string', minLength: 1, maxLength: 80 },
      key: {
        type: 'string',
        pattern: '^[A-Z][A-Z0-9]{1,9}$',
        description: 'Derived from the name by default.',
      },
      lead_account_id: { type: 'string' },
      project_type: { type: 'string', enum: ['software', 'business', 'service_desk'] },
      template: { type: 'string' },
    },
    required: ['name'],
  }),
  defineTool({
    server: 'jira',
    tool: 'bulk_issue_upload',
    description: 'Create many issues in a Jira project.',
    properties: {
      project_key: { type: 'string', pattern: '^[A-Z][A-Z0-9]{1,9}$' },
      issues: {
        type: 'array',
        minItems: 1,
        maxItems: 500,
        items: {
          type: 'object',
          properties: {
            summary: { type: 'string', minLength: 1, maxLength: 255 },
            description: { type: 'string' },
            issue_type: { type: 'string' },
            labels: { type: 'array', items: { type: 'string' } },
          },
          required: ['summary'],
          additionalProperties: false,
        },
      },
    },
    required: ['project_key', 'issues'],
  }),
];
