import { createSecretsManagerClient, createSecretsManagerSecretSource } from '@hitl/aws';
import { createFunction } from '@hitl/cloud';
import { answerHttpEvent, type HttpResult, loadEnv, problemResult } from '@hitl/lambda';
import { createJiraMcp } from './index.ts';

/** What API Gateway calls for `POST /jira/mcp`. */
export const handler = createFunction({
  name: 'jira-mcp',
  async open({ region, logger }) {
    const env = loadEnv({ required: ['MCP_SECRETS_NAME', 'JIRA_SECRETS_NAME'] });
    const handle = createJiraMcp({
      secrets: createSecretsManagerSecretSource({ client: createSecretsManagerClient({ region }) }),
      secretNames: { mcp: env.MCP_SECRETS_NAME, jira: env.JIRA_SECRETS_NAME },
      logger,
    });
    return (event: unknown, invocation): Promise<HttpResult> => answerHttpEvent(handle, event, invocation);
  },
  onError: (_error, invocation) => problemResult(undefined, invocation),
});
