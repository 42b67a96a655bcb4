import {
  createSecretsManagerClient,
  createSecretsManagerStore,
  createSqsJobQueue,
  createSqsRetries,
} from '@hitl/aws';
import { createFunction, openApplication } from '@hitl/cloud';
import { createLease } from '@hitl/coordination';
import { approvalPagesAt, systemClock } from '@hitl/core';
import { loadEnv, toInvalidInput } from '@hitl/lambda';
import {
  createBotTokens,
  createSecretInstallationStore,
  createSlackCaller,
  createSlackSecretReader,
  createTokenRotation,
  slackJobSchema,
  splitJobQueue,
} from '@hitl/slack';
import { z } from 'zod';
import { createAgentCoreToken } from './agent-core-token.ts';
import { createSlackWorker } from './create-slack-worker.ts';
import { openAgentCore } from './open-agent-core.ts';
import { openSlackParts } from './open-slack-parts.ts';
import { createPutOff, queueRecordSchema } from './put-off.ts';

const sqsEventSchema = z.object({ Records: z.array(queueRecordSchema) });

interface BatchAnswer {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

/** Of an installation's token, so that a click never finds one that is over. */
const tokenMarginMs = 2 * 60 * 60 * 1000;

/** What the queue's event source calls, with one job. */
export const handler = createFunction({
  name: 'slack-worker',
  async open(runtime) {
    const { region, environment, logger } = runtime;
    const env = loadEnv({
      required: ['SLACK_QUEUE_URL'],
      optional: [
        'SLACK_ACTIONS_QUEUE_URL',
        'SLACK_SECRETS_NAME',
        'SLACK_BOT_TOKEN',
        'SLACK_CHANNEL_ID',
        'PUBLIC_URL',
        'APPROVAL_PAGE_PATH',
        'AGENTCORE_GATEWAY_URL',
        'MCP_SECRETS_NAME',
      ],
    });
    const { deps, stores, feed, ensurePolicyRecorded } = await openApplication(runtime);
    const { items, sessions } = stores;
    const secrets = createSecretsManagerStore({ client: createSecretsManagerClient({ region }) });
    const installations = createSecretInstallationStore(secrets, `agentcore-${environment}/slack`);
    const secret = createSlackSecretReader({
      secrets,
      name: env.SLACK_SECRETS_NAME,
      fallback: { bot_token: env.SLACK_BOT_TOKEN },
      clock: systemClock,
    });
    const parts = openSlackParts({
      botToken: createBotTokens({
        installations,
        fallbackToken: async () => (await secret()).bot_token,
        renewed: createTokenRotation({
          oauthClient: async () => {
            const { client_id: clientId, client_secret: clientSecret } = await secret();
            return clientId === undefined || clientSecret === undefined
              ? undefined
              : { clientId, clientSecret };
          },
          installations,
          lease: createLease(items, { clock: systemClock }),
          slack: createSlackCaller(),
          clock: systemClock,
          marginMs: tokenMarginMs,
          log: logger,
          onLost: () => runtime.metrics.add('errors', 1),
        }),
        clock: systemClock,
      }),
      items,
      clock: systemClock,
      logger,
      publicUrl: env.PUBLIC_URL,
    });
    const worker = createSlackWorker({
      application: deps,
      feed,
      sessions,
      items,
      queue: splitJobQueue(
        { answers: env.SLACK_QUEUE_URL, actions: env.SLACK_ACTIONS_QUEUE_URL },
        (queueUrl) => createSqsJobQueue({ region, queueUrl }),
      ),
      ...parts,
      installations,
      ...(env.AGENTCORE_GATEWAY_URL === undefined
        ? {}
        : {
            agent: await openAgentCore({
              url: env.AGENTCORE_GATEWAY_URL,
              region,
              token: createAgentCoreToken(secrets, env.MCP_SECRETS_NAME),
            }),
          }),
      channelId: env.SLACK_CHANNEL_ID,
      pages: approvalPagesAt(env.PUBLIC_URL, env.APPROVAL_PAGE_PATH),
    });
    const putOff = createPutOff({
      queueUrls: [env.SLACK_QUEUE_URL, env.SLACK_ACTIONS_QUEUE_URL],
      retryLater: createSqsRetries({ region }),
      logger,
    });
    return async (event: unknown, { remainingMs }): Promise<BatchAnswer> => {
      const parsed = sqsEventSchema.safeParse(event);
      if (!parsed.success) throw toInvalidInput(parsed.error);
      await ensurePolicyRecorded();
      const batchItemFailures: { readonly itemIdentifier: string }[] = [];
      for (const record of parsed.data.Records) {
        const { messageId, body } = record;
        try {
          // Behind a failed one nothing of the batch is done: it might be of the same group.
          if (batchItemFailures.length > 0) throw new Error('behind a job that failed');
          const job = slackJobSchema.parse(JSON.parse(body));
          await worker(job, { remainingMs, signal: new AbortController().signal });
        } catch (error) {
          logger.error('a job failed', { error, message_id: messageId });
          batchItemFailures.push({ itemIdentifier: messageId });
          await putOff(record);
        }
      }
      await feed.flush();
      return { batchItemFailures };
    };
  },
});
