import type { McpServerSpec } from '@hitl/mcp-server';
import { createGoogleAdminContext, type GoogleAdminOptions } from './google-admin-options.ts';
import { createAddAwsRoleTool } from './tools/add-aws-role.ts';
import { createCreateUserTool } from './tools/create-user.ts';
import { createReadTools } from './tools/read-tools.ts';
import { createRemoveAwsRoleTool } from './tools/remove-aws-role.ts';
import { createSuspensionTools } from './tools/suspension-tools.ts';

/**
 * The Google Workspace MCP server: users and their AWS roles. Nothing is sent to Google before the first call.
 * @throws InvalidInputError naming a wrong option
 */
export function createGoogleAdminServer(options: GoogleAdminOptions): McpServerSpec {
  const context = createGoogleAdminContext(options);
  return {
    name: 'hitl-google-admin',
    version: '0.1.0',
    tools: [
      createCreateUserTool(context),
      ...createReadTools(context),
      ...createSuspensionTools(context),
      createAddAwsRoleTool(context),
      createRemoveAwsRoleTool(context),
    ],
  };
}
