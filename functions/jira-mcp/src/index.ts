import { InvalidInputError, type SecretSource } from '@hitl/core';
import { createJiraServer } from '@hitl/jira';
import type { Logger } from '@hitl/lambda';
import { createSecretHttpHandler, type McpServerSpec } from '@hitl/mcp-server';
import { z } from 'zod';

export interface JiraMcpDeps {
  readonly secrets: SecretSource;
  /** The secret with this server's bearer token, and the one with Jira's credentials. */
  readonly secretNames: { readonly mcp: string; readonly jira: string };
  readonly logger: Pick<Logger, 'error'>;
}

const text = z.string({ error: 'must be set' });
/** The secret `agentcore-ENVIRONMENT/jira`. */
export const jiraSecretSchema = z.strictObject({
  /** `https://your-domain.atlassian.net`; http on loopback only. */
  base_url: text,
  /** The account that the token belongs to. */
  email: text,
  api_token: text,
});

const memberOf = { JIRA_BASE_URL: 'base_url', JIRA_EMAIL: 'email', JIRA_API_TOKEN: 'api_token' } as const;

/** What fits into the time that an HTTP API leaves. An upload that needs longer is asked for again: no row is made twice. */
const limits = {
  requestTimeoutMs: 15_000,
  maxRetryAfterMs: 8000,
  settleDelaysMs: [1000, 2000, 4000],
};

/** The Jira Cloud MCP server as stateless Streamable HTTP behind a bearer token. */
export function createJiraMcp(deps: JiraMcpDeps): (request: Request) => Promise<Response> {
  return createSecretHttpHandler({
    secrets: deps.secrets,
    alias: 'jira',
    tokenSecretName: deps.secretNames.mcp,
    credentialsSecretName: deps.secretNames.jira,
    createSpec: (json) => ({
      ...createJiraServerOf(json),
      onUnexpectedError: (tool, error) => deps.logger.error('a tool failed unexpectedly', { tool, error }),
    }),
    onFault: (error) => deps.logger.error('the server is not set up', { error }),
  });
}

/** The server as the secret's JSON sets it up; nothing is called. @throws InvalidInputError naming the member, never a value */
export function createJiraServerOf(json: unknown): McpServerSpec {
  const parsed = jiraSecretSchema.safeParse(json);
  if (!parsed.success) {
    const errors = parsed.error.issues.flatMap((issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((path) => ({ path, message: 'is not a member of it' }))
        : [{ path: issue.path.join('.') || 'it', message: issue.message }],
    );
    throw wrong(errors);
  }
  const { base_url, email, api_token } = parsed.data;
  try {
    return createJiraServer({ baseUrl: base_url, email, apiToken: api_token, limits });
  } catch (error) {
    if (!(error instanceof InvalidInputError)) throw error;
    // The options have names of their own; who filled the secret in knows its members.
    throw wrong(
      error.errors.map(({ path, message }) => ({
        path: Object.hasOwn(memberOf, path) ? memberOf[path as keyof typeof memberOf] : path,
        message,
      })),
    );
  }
}

function wrong(errors: { path: string; message: string }[]): InvalidInputError {
  return new InvalidInputError(errors.map(({ path, message }) => `${path} ${message}`).join('; '), {
    errors,
  });
}
