import { createKeyedMutex, OutcomeUnknownError, UnavailableError } from '@hitl/core';
import { defineTool, type McpServerSpec, type ToolContext } from '@hitl/mcp-server';
import { explainJiraError } from './client/explain-jira-error.ts';
import { type JiraSession, openJiraSession } from './client/jira-session.ts';
import { type JiraServerOptions, parseJiraOptions } from './jira-options.ts';
import { createProject } from './project/create-project.ts';
import { createProjectInputSchema, createProjectOutputSchema } from './project/create-project-schemas.ts';
import { previewProject } from './project/preview-project.ts';
import { previewUpload } from './upload/preview-upload.ts';
import { uploadIssues } from './upload/upload-issues.ts';
import { uploadInputSchema, uploadOutputSchema } from './upload/upload-schemas.ts';

/**
 * The Jira Cloud MCP server. Checks the settings at once (throws `InvalidInputError`) and sends nothing before the first
 * call. Both tools may be repeated: neither creates anything twice.
 */
export function createJiraServer(options: JiraServerOptions): McpServerSpec {
  const connection = parseJiraOptions(options);
  // A client that gave up waiting and calls again would otherwise race with its first call, which is still at work.
  const oneAtATime = createKeyedMutex();

  const inSession = async <T>(
    doing: string,
    context: ToolContext,
    act: (session: JiraSession) => Promise<T>,
    { changes = true } = {},
  ): Promise<T> => {
    try {
      return await act(await openJiraSession(connection, context.signal));
    } catch (error) {
      if (context.signal.aborted) {
        const what = `${doing}: cancelled`;
        if (!changes) throw new UnavailableError(what, { cause: error });
        throw new OutcomeUnknownError(`${what}; what was sent before may have taken effect`, {
          cause: error,
          details: { outcome: 'unknown' },
        });
      }
      throw explainJiraError(error, doing);
    }
  };

  return {
    name: 'jira',
    version: '0.1.0',
    tools: [
      defineTool({
        name: 'create_project',
        title: 'Create Jira project',
        description:
          'Creates a Jira Cloud project. The key is derived from the name unless given. When the very same project exists (name, lead, type), it is returned as it is; a different one of that name or key is an error.',
        inputSchema: createProjectInputSchema,
        outputSchema: createProjectOutputSchema,
        annotations: {
          readOnlyHint: false,
          destructiveHint: false,
          idempotentHint: true,
          openWorldHint: true,
        },
        execute: (input, context) =>
          inSession(`creating project "${input.name}"`, context, (session) =>
            oneAtATime('projects', () => createProject(session, input)),
          ),
        preview: (input, context) =>
          inSession(
            `previewing project "${input.name}"`,
            context,
            (session) => previewProject(session, input),
            { changes: false },
          ),
      }),
      defineTool({
        name: 'bulk_issue_upload',
        title: 'Upload issues to Jira',
        description:
          'Creates up to 500 issues in one Jira Cloud project, parents before children, and reports for every row whether it was created, existed already, failed (why) or is unknown. Rows are recognised by content: repeating an upload creates nothing twice.',
        inputSchema: uploadInputSchema,
        outputSchema: uploadOutputSchema,
        annotations: {
          readOnlyHint: false,
          destructiveHint: false,
          idempotentHint: true,
          openWorldHint: true,
        },
        execute: (input, context) =>
          inSession(`uploading issues to ${input.project_key}`, context, (session) =>
            oneAtATime(`issues of ${input.project_key}`, () => uploadIssues(session, input)),
          ),
        preview: (input, context) =>
          inSession(
            `previewing issues for ${input.project_key}`,
            context,
            (session) => previewUpload(session, input),
            { changes: false },
          ),
      }),
    ],
  };
}
