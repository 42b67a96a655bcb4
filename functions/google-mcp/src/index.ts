import type { SecretSource } from '@hitl/core';
import { createGoogleAdminServer, type PasswordDelivery, type UserLock } from '@hitl/google-admin';
import type { Logger } from '@hitl/lambda';
import { createSecretHttpHandler, type McpServerSpec } from '@hitl/mcp-server';
import { inMembers, parseGoogleSecret } from './google-secret.ts';

export { googleSecretSchema } from './google-secret.ts';

export interface GoogleMcpDeps {
  readonly secrets: SecretSource;
  /** The secret with this server's bearer token, and the one with Google's credentials. */
  readonly secretNames: { readonly mcp: string; readonly google: string };
  readonly passwordDelivery: PasswordDelivery;
  /** Shared by all instances. */
  readonly userLock: UserLock;
  /** Of deployments whose secret names no provider. */
  readonly samlProviderName?: string | undefined;
  readonly logger: Pick<Logger, 'error'>;
}

/** What fits into the time that an HTTP API leaves: one slow exchange, or some retries. */
const pacing = {
  requestTimeoutMs: 10_000,
  retry: { maxAttempts: 4, baseDelayMs: 1000, maxDelayMs: 4000 },
};

/** The server as the secret's JSON sets it up; nothing is called. @throws InvalidInputError naming the member, never a value */
export function createGoogleServerOf(
  json: unknown,
  deps: Pick<GoogleMcpDeps, 'passwordDelivery' | 'userLock' | 'samlProviderName'>,
): McpServerSpec {
  const secret = parseGoogleSecret(json);
  return inMembers(() =>
    createGoogleAdminServer({
      ...pacing,
      ...secret,
      samlProviderName: secret.samlProviderName ?? deps.samlProviderName,
      passwordDelivery: deps.passwordDelivery,
      userLock: deps.userLock,
    }),
  );
}

/** The Google Workspace MCP server as stateless Streamable HTTP behind a bearer token. */
export function createGoogleMcp(deps: GoogleMcpDeps): (request: Request) => Promise<Response> {
  return createSecretHttpHandler({
    secrets: deps.secrets,
    alias: 'google',
    tokenSecretName: deps.secretNames.mcp,
    credentialsSecretName: deps.secretNames.google,
    createSpec: (json) => ({
      ...createGoogleServerOf(json, deps),
      onUnexpectedError: (tool, error) => deps.logger.error('a tool failed unexpectedly', { tool, error }),
    }),
    onFault: (error) => deps.logger.error('the server is not set up', { error }),
  });
}
