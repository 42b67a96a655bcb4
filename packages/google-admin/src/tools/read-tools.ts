import { defineTool, type ServerTool } from '@hitl/mcp-server';
import { z } from 'zod';
import type { GoogleAdminContext } from '../google-admin-options.ts';
import { awsRoleSchema, entriesOf } from '../roles/change-roles.ts';
import { describeEntries } from '../roles/role-entries.ts';
import { userKeySchema } from './user-key.ts';
import { summariseUser, userSummarySchema } from './user-summary.ts';

const annotations = {
  readOnlyHint: true,
  destructiveHint: false,
  idempotentHint: true,
  openWorldHint: false,
};

/** list_users, get_user and list_aws_roles. */
export function createReadTools(context: GoogleAdminContext): ServerTool[] {
  const { directory } = context;
  return [
    defineTool({
      name: 'list_users',
      title: 'List users',
      description:
        'Lists Google Workspace users by e-mail address, page by page: all of the organisation or of one domain, optionally those that match a Directory search query.',
      inputSchema: z.strictObject({
        domain: z
          .string()
          .regex(/^[a-zA-Z0-9-]+(\.[a-zA-Z0-9-]+)+$/, 'must be a domain such as example.com')
          .optional()
          .describe('Only users of this domain. Without it: all users of the organisation.'),
        query: z
          .string()
          .min(1)
          .max(1000)
          .optional()
          .describe("Google's user search, e.g. isSuspended=true, givenName:Jane, email:jane*."),
        max_results: z.int().min(1).max(500).optional().describe('Users per page. Default 100.'),
        page_token: z.string().min(1).optional().describe('next_page_token of the page before.'),
      }),
      outputSchema: z.strictObject({
        users: z.array(userSummarySchema),
        next_page_token: z.string().optional().describe('Absent on the last page.'),
      }),
      annotations,
      async execute({ domain, query, max_results, page_token }, { signal }) {
        const page = await directory.listUsers(
          {
            maxResults: max_results ?? 100,
            ...(domain === undefined ? {} : { domain: domain.toLowerCase() }),
            ...(query === undefined ? {} : { query }),
            ...(page_token === undefined ? {} : { pageToken: page_token }),
          },
          signal,
        );
        return {
          users: page.users.map(summariseUser),
          ...(page.nextPageToken === undefined ? {} : { next_page_token: page.nextPageToken }),
        };
      },
    }),
    defineTool({
      name: 'get_user',
      title: 'Get user',
      description:
        'Shows one Google Workspace user: names, addresses, organisational unit, whether suspended or an administrator, last sign-in, and AWS roles.',
      inputSchema: z.strictObject({ user_key: userKeySchema }),
      outputSchema: userSummarySchema.extend({
        aliases: z.array(z.string()),
        suspension_reason: z.string().optional(),
        is_enrolled_in_2sv: z.boolean().optional(),
        creation_time: z.string().optional(),
        last_login_time: z.string().optional(),
        aws_roles: z.array(awsRoleSchema),
      }),
      annotations,
      async execute({ user_key }, { signal }) {
        const user = await directory.getUser(user_key, signal);
        return {
          ...summariseUser(user),
          aliases: user.aliases ?? [],
          ...(user.suspensionReason === undefined ? {} : { suspension_reason: user.suspensionReason }),
          ...(user.isEnrolledIn2Sv === undefined ? {} : { is_enrolled_in_2sv: user.isEnrolledIn2Sv }),
          ...(user.creationTime === undefined ? {} : { creation_time: user.creationTime }),
          ...(user.lastLoginTime === undefined ? {} : { last_login_time: user.lastLoginTime }),
          aws_roles: describeEntries(entriesOf(user, context)).roles,
        };
      },
    }),
    defineTool({
      name: 'list_aws_roles',
      title: 'List AWS roles',
      description: 'Lists the AWS roles that a Google Workspace user may assume by single sign-on.',
      inputSchema: z.strictObject({ user_key: userKeySchema }),
      outputSchema: z.strictObject({
        primary_email: z.string(),
        roles: z.array(awsRoleSchema),
        other_entries: z
          .array(z.string())
          .describe('Entries of the field that are no role and provider pair.'),
      }),
      annotations,
      async execute({ user_key }, { signal }) {
        const user = await directory.getUser(user_key, signal);
        return { primary_email: user.primaryEmail, ...describeEntries(entriesOf(user, context)) };
      },
    }),
  ];
}
