import { createSecretsManagerClient, createSecretsManagerStore, createSqsJobQueue } from '@hitl/aws';
import { createFunction, openApplication } from '@hitl/cloud';
import { createLease } from '@hitl/coordination';
import { systemClock } from '@hitl/core';
import { loadEnv, toInvalidInput } from '@hitl/lambda';
import {
  createBotTokens,
  createSecretInstallationStore,
  createSlackCaller,
  createTokenRotation,
  parseSlackSecret,
  type SlackSecret,
  slackJobSchema,
} from '@hitl/slack';
import { z } from 'zod';
import { createAgentCoreToken } from './agent-core-token.ts';
import { createSlackWorker } from './create-slack-worker.ts';
import { openAgentCore } from './open-agent-core.ts';
import { openSlackParts } from './open-slack-parts.ts';

const sqsEventSchema = z.object({
  Records: z.array(z.object({ messageId: z.string(), body: z.string() })),
});

interface BatchAnswer {
  readonly batchItemFailures: readonly { readonly itemIdentifier: string }[];
}

/** Of an installation's token, so that a click never finds one that is over. */
const tokenMarginMs = 2 * 60 * 60 * 1000;
const secretKeptMs = 60_000;

/** What the queue's event source calls, with one job. */
export const handler = createFunction({
  name: 'slack-worker',
  async open(runtime) {
    const { region, environment, logger } = runtime;
    const env = loadEnv({
      required: ['SLACK_QUEUE_URL'],
      optional: [
        'SLACK_SECRETS_NAME',
        'SLACK_BOT_TOKEN',
        'SLACK_CHANNEL_ID',
        'PUBLIC_URL',
        'AGENTCORE_GATEWAY_URL',
        'MCP_SECRETS_NAME',
      ],
    });
    const { deps, stores, feed, ensurePolicyRecorded } = await openApplication(runtime);
    const { items, sessions } = stores;
    const secrets = createSecretsManagerStore({ client: createSecretsManagerClient({ region }) });
    const installations = createSecretInstallationStore(secrets, `agentcore-${environment}/slack`);
    const secret = keptFor(secretKeptMs, async (): Promise<SlackSecret> => {
      const name = env.SLACK_SECRETS_NAME;
      const stored = name === undefined ? {} : parseSlackSecret(await secrets.get(name));
      return { ...stored, bot_token: stored.bot_token ?? env.SLACK_BOT_TOKEN };
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
      queue: createSqsJobQueue({ region, queueUrl: env.SLACK_QUEUE_URL }),
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
      publicUrl: env.PUBLIC_URL,
    });
    return async (event: unknown, { remainingMs }): Promise<BatchAnswer> => {
      const parsed = sqsEventSchema.safeParse(event);
      if (!parsed.success) throw toInvalidInput(parsed.error);
      await ensurePolicyRecorded();
      const batchItemFailures: { readonly itemIdentifier: string }[] = [];
      for (const { messageId, body } of parsed.data.Records) {
        try {
          // Behind a failed one nothing of the batch is done: it might be of the same group.
          if (batchItemFailures.length > 0) throw new Error('behind a job that failed');
          const job = slackJobSchema.parse(JSON.parse(body));
          await worker(job, { remainingMs, signal: new AbortController().signal });
        } catch (error) {
          logger.error('a job failed', { error, message_id: messageId });
          batchItemFailures.push({ itemIdentifier: messageId });
        }
      }
      await feed.flush();
      return { batchItemFailures };
    };
  },
});

/** Reads at most once per `ms`; what can't be read is not kept. */
function keptFor<T>(ms: number, read: () => Promise<T>): () => Promise<T> {
  let kept: { readonly value: Promise<T>; readonly untilMs: number } | undefined;
  return () => {
    if (kept !== undefined && kept.untilMs > systemClock.now()) return kept.value;
    const entry = { value: read(), untilMs: systemClock.now() + ms };
    entry.value.catch(() => {
      if (kept === entry) kept = undefined;
    });
    kept = entry;
    return entry.value;
  };
}
