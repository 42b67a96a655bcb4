import { readSecretFields } from '@hitl/cloud';
import { NotFoundError, type SecretSource } from '@hitl/core';

/** Where the endpoint asks for a bearer token, it stands in this member of the secret with the tool servers' tokens. */
const tokenMember = 'auth_token_agentcore';

export function createAgentCoreToken(
  secrets: SecretSource,
  secretName: string | undefined,
): () => Promise<string | undefined> {
  return async () => {
    if (secretName === undefined) return undefined;
    const fields = await readSecretFields(secrets, secretName).catch((error: unknown) => {
      if (error instanceof NotFoundError) return {};
      throw error;
    });
    const value = (fields as Readonly<Record<string, unknown>>)[tokenMember];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
}
