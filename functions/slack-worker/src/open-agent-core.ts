import { createAgentCoreClient } from '@hitl/aws';
import { readSecretFields } from '@hitl/cloud';
import { NotFoundError, type SecretSource } from '@hitl/core';
import type { Agent } from './agent.ts';

/** Where the endpoint asks for a bearer token, it stands in this member of the secret with the tool servers' tokens. */
const tokenMember = 'auth_token_agentcore';

/**
 * The agent at `AGENTCORE_GATEWAY_URL`. Requests are signed with the function's own role, or carry the token where there is one:
 * which of both is known when the function starts.
 */
export async function openAgentCore(options: {
  readonly url: string;
  readonly region: string;
  readonly secrets: SecretSource;
  readonly secretName: string | undefined;
}): Promise<Agent> {
  const { url, region, secrets, secretName } = options;
  const token = async (): Promise<string | undefined> => {
    if (secretName === undefined) return undefined;
    const fields = await readSecretFields(secrets, secretName).catch((error: unknown) => {
      if (error instanceof NotFoundError) return {};
      throw error;
    });
    const value = (fields as Readonly<Record<string, unknown>>)[tokenMember];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const first = await token();
  const client = createAgentCoreClient({
    url,
    auth:
      first === undefined
        ? { kind: 'sigv4', region }
        : { kind: 'bearer', token: async () => (await token()) ?? first },
  });
  return {
    ask: ({ text, session_id: sessionId, user_id: userId, signal }) =>
      client.invoke({ prompt: text, sessionId, userId, signal }),
  };
}
