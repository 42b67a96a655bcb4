import {
  costTags,
  createDynamoClient,
  createDynamoItemStore,
  createSecretsManagerClient,
  createSecretsManagerSecretSource,
  createSecretsManagerStore,
} from '@hitl/aws';
import { createFunction } from '@hitl/cloud';
import { createKeyedLock } from '@hitl/coordination';
import { createSecretPasswordDelivery } from '@hitl/google-admin';
import { answerHttpEvent, type HttpResult, loadEnv, problemResult } from '@hitl/lambda';
import { createGoogleMcp } from './index.ts';

/** Waiting longer for another change of the same user would use up the time of the change itself. */
const lockWaitMs = 10_000;

/** What API Gateway calls for `POST /google/mcp`. */
export const handler = createFunction({
  name: 'google-mcp',
  async open({ environment, region, logger }) {
    const env = loadEnv({
      required: ['MCP_SECRETS_NAME', 'GOOGLE_SECRETS_NAME', 'COORDINATION_TABLE'],
      optional: ['AWS_SAML_PROVIDER_NAME', 'COST_CENTER'],
    });
    const client = createSecretsManagerClient({ region });
    const items = createDynamoItemStore({
      client: createDynamoClient({ region }),
      tableName: env.COORDINATION_TABLE,
    });
    const lock = createKeyedLock(items, { maxWaitMs: lockWaitMs });
    const handle = createGoogleMcp({
      secrets: createSecretsManagerSecretSource({ client }),
      secretNames: { mcp: env.MCP_SECRETS_NAME, google: env.GOOGLE_SECRETS_NAME },
      passwordDelivery: createSecretPasswordDelivery({
        keeper: createSecretsManagerStore({
          client,
          tags: costTags({ environment, costCenter: env.COST_CENTER }),
        }),
        prefix: `agentcore-${environment}/initial-passwords`,
      }),
      userLock: (userId, work) => lock(`google-user/${userId}`, work),
      samlProviderName: env.AWS_SAML_PROVIDER_NAME,
      logger,
    });
    return (event: unknown, invocation): Promise<HttpResult> => answerHttpEvent(handle, event, invocation);
  },
  onError: (_error, invocation) => problemResult(undefined, invocation),
});
