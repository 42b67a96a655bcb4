import {
  costTags,
  createLightClient,
  createLightItemStore,
  createLightJobQueue,
  createLightSecretStore,
} from '@hitl/aws/light';
import { InvalidInputError, systemClock, UnavailableError } from '@hitl/core';
import {
  answerHttpEvent,
  createLogger,
  type HttpResult,
  type InvocationContext,
  type Logger,
  loadEnv,
  withHandler,
} from '@hitl/lambda';
import { createSlackSecretReader, type SlackIngress, splitJobQueue } from '@hitl/slack';
import { createSlackIngressFunction, signingSecretsOf } from './index.ts';

type Handler = (event: unknown, context?: InvocationContext) => Promise<HttpResult>;

/** What API Gateway calls for everything that comes from Slack. Importing it does nothing. */
export const handler: Handler = (event, context) => {
  wrapped ??= wrap();
  return wrapped(event, context);
};

let wrapped: Handler | undefined;

/** What is thrown is on our side: Slack delivers again. As plain as can be, for the problem format loads all of `node:http`. */
const notNow: HttpResult = {
  statusCode: 503,
  headers: { 'content-type': 'text/plain; charset=utf-8' },
  body: 'not possible now',
  isBase64Encoded: false,
};

function wrap(): Handler {
  const { ENVIRONMENT: environment = 'unknown', LOG_LEVEL: level = 'info' } = loadEnv({
    optional: ['ENVIRONMENT', 'LOG_LEVEL'],
  });
  const logger = createLogger({ level, facts: { environment } });
  let opened: Promise<SlackIngress> | undefined;
  return withHandler<unknown, HttpResult>(
    { name: 'slack-ingress', environment, logger, onError: () => notNow },
    async (event, invocation) => {
      opened ??= open(logger);
      const ingress = await opened.catch((error: unknown) => {
        opened = undefined;
        // Not Slack's fault, whatever it is.
        throw new UnavailableError('the function can not be set up', { cause: error });
      });
      const result = await answerHttpEvent(ingress, event, invocation);
      if (result.statusCode >= 500) invocation.metrics.add('errors', 1);
      return result;
    },
  );
}

async function open(logger: Logger): Promise<SlackIngress> {
  const env = loadEnv({
    required: [
      'ENVIRONMENT',
      'AWS_REGION',
      'AWS_ACCESS_KEY_ID',
      'AWS_SECRET_ACCESS_KEY',
      'COORDINATION_TABLE',
      'SLACK_QUEUE_URL',
    ],
    optional: [
      'AWS_SESSION_TOKEN',
      'COST_CENTER',
      'AWS_ENDPOINT_URL',
      'SLACK_SECRETS_NAME',
      'SLACK_SIGNING_SECRET',
      'SLACK_BOT_TOKEN',
      'SLACK_ASYNC',
      'SLACK_ACTIONS_QUEUE_URL',
      'PUBLIC_URL',
    ],
  });
  if (env.SLACK_ASYNC === false) {
    throw new InvalidInputError('SLACK_ASYNC: on Lambda there is no worker in the same process', {
      errors: [{ path: 'SLACK_ASYNC', message: 'must be 1 or not set on Lambda' }],
    });
  }
  const client = createLightClient({
    region: env.AWS_REGION,
    endpoint: env.AWS_ENDPOINT_URL,
    credentials: {
      accessKeyId: env.AWS_ACCESS_KEY_ID,
      secretAccessKey: env.AWS_SECRET_ACCESS_KEY,
      sessionToken: env.AWS_SESSION_TOKEN,
    },
  });
  const secrets = createLightSecretStore(client, {
    tags: costTags({ environment: env.ENVIRONMENT, costCenter: env.COST_CENTER }),
  });
  const secret = createSlackSecretReader({
    secrets,
    name: env.SLACK_SECRETS_NAME,
    fallback: { signing_secret: env.SLACK_SIGNING_SECRET, bot_token: env.SLACK_BOT_TOKEN },
    clock: systemClock,
  });
  // A function without a signing secret takes nothing, and says so with the first request.
  signingSecretsOf(await secret());
  return createSlackIngressFunction({
    secret,
    items: createLightItemStore({ client, tableName: env.COORDINATION_TABLE }),
    queue: splitJobQueue({ answers: env.SLACK_QUEUE_URL, actions: env.SLACK_ACTIONS_QUEUE_URL }, (queueUrl) =>
      createLightJobQueue({ client, queueUrl }),
    ),
    secrets,
    installationPrefix: `agentcore-${env.ENVIRONMENT}/slack`,
    publicUrl: env.PUBLIC_URL,
    logger,
    clock: systemClock,
  });
}
