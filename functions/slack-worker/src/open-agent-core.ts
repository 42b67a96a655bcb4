import { createAgentCoreClient } from '@hitl/aws';
import type { Agent } from './agent.ts';

/**
 * The agent at `AGENTCORE_GATEWAY_URL`. Requests are signed with the AWS credentials at hand, a function's own role, or carry the token
 * where there is one: which of both is known when the worker starts.
 */
export async function openAgentCore(options: {
  readonly url: string;
  /** Default: the one in the endpoint's host. */
  readonly region?: string | undefined;
  /** Looked up for every request. */
  readonly token: () => Promise<string | undefined>;
}): Promise<Agent> {
  const { url, region, token } = options;
  const first = await token();
  const client = createAgentCoreClient({
    url,
    auth:
      first === undefined
        ? { kind: 'sigv4', ...(region === undefined ? {} : { region }) }
        : { kind: 'bearer', token: async () => (await token()) ?? first },
  });
  return {
    ask: ({ text, session_id: sessionId, user_id: userId, signal }) =>
      client.invoke({ prompt: text, sessionId, userId, signal }),
  };
}
