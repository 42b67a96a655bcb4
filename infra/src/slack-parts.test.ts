import { describe, expect, it } from '@jest/globals';
import dev from '../../environments/dev.ts';
import prod from '../../environments/prod.ts';
import staging from '../../environments/staging.ts';
import { synthesizeStack } from '../test/read-stack.ts';
import { pageRoutes, slackRoutes } from './api-routes.ts';
import { type FunctionDefinition, functionCatalog, functionKeys } from './function-catalog.ts';

const every = Object.entries({ dev, staging, prod }).map(([name, data]) => ({
  name,
  stack: synthesizeStack(name, data),
}));

describe.each(every)('Slack in $name', ({ name, stack }) => {
  const lambdaOf = (key: keyof typeof functionCatalog) =>
    stack.one('aws_lambda_function', 'function_name', `${name}_${functionCatalog[key].name}`);
  const variablesOf = (key: keyof typeof functionCatalog) =>
    (lambdaOf(key).environment as { variables: Record<string, string> }).variables;
  const queues = ['hitl-slack', 'hitl-slack-actions'].map((queue) => ({
    queue: stack.one('aws_sqs_queue', 'name', `${name}-${queue}.fifo`),
    deadLetters: stack.one('aws_sqs_queue', 'name', `${name}-${queue}-dead-letters.fifo`),
  }));

  it('reaches its own function, which has no more time than the gateway waits', () => {
    const [integration] = Object.entries(stack.of('aws_apigatewayv2_integration')).filter(([, one]) =>
      String(one.integration_uri).includes('functions_slack-ingress_alias'),
    );
    for (const route of slackRoutes) {
      expect(stack.one('aws_apigatewayv2_route', 'route_key', route).target).toContain(integration?.[0]);
    }
    expect(lambdaOf('slack-ingress').timeout).toBeLessThanOrEqual(30);
  });

  it('keeps jobs of a group in order, those of others moving, and takes no two for one by their text', () => {
    for (const one of queues.flatMap(({ queue, deadLetters }) => [queue, deadLetters])) {
      expect(one).toMatchObject({
        fifo_queue: true,
        content_based_deduplication: false,
        deduplication_scope: 'messageGroup',
        fifo_throughput_limit: 'perMessageGroupId',
        sqs_managed_sse_enabled: true,
      });
    }
  });

  it('gives a job back when its call was cut off, but never while the call may still run', () => {
    expect(lambdaOf('slack-worker').timeout).toBe(300);
    for (const { queue } of queues) expect(queue.visibility_timeout_seconds).toBeGreaterThan(300);
  });

  it('puts a job aside that failed ten times, in a queue that takes from its own only', () => {
    expect(queues.map(({ queue }) => JSON.parse(String(queue.redrive_policy)))).toEqual(
      ['answers', 'actions'].map((id) => ({
        deadLetterTargetArn: expect.stringContaining(`slack-queues_${id}_dead-letters`),
        maxReceiveCount: 10,
      })),
    );
    const allowed = stack
      .all('aws_sqs_queue_redrive_allow_policy')
      .map(({ redrive_allow_policy }) => JSON.parse(String(redrive_allow_policy)));
    expect(allowed).toEqual(
      ['actions', 'answers'].map((id) => ({
        redrivePermission: 'byQueue',
        sourceQueueArns: [
          expect.stringMatching(new RegExp(`aws_sqs_queue\\.slack-queues_${id}_[^.]*[0-9A-F]+\\.arn`)),
        ],
      })),
    );
  });

  it('delivers one job per call to the alias, says which failed, and bounds how many run at once', () => {
    expect(stack.all('aws_lambda_event_source_mapping')).toMatchObject(
      [
        ['actions', 20],
        ['answers', 50],
      ].map(([id, atOnce]) => ({
        event_source_arn: expect.stringContaining(`aws_sqs_queue.slack-queues_${id}_`),
        function_name: expect.stringContaining('functions_slack-worker_alias'),
        batch_size: 1,
        function_response_types: ['ReportBatchItemFailures'],
        scaling_config: { maximum_concurrency: atOnce },
      })),
    );
  });

  it('is reached over TLS only', () => {
    const policies = stack.policies.filter(({ where }) => /^aws_sqs_queue_policy\.slack-queues_/.test(where));
    expect(policies).toHaveLength(4);
    for (const { statements } of policies) {
      expect(statements).toMatchObject([
        { Effect: 'Deny', Principal: '*', Condition: { Bool: { 'aws:SecureTransport': 'false' } } },
      ]);
    }
  });

  it('is told by the function that tells people and by its own two, and by no other', () => {
    const senders = functionKeys.filter((key) => variablesOf(key).SLACK_QUEUE_URL !== undefined);
    expect(senders).toEqual(['request-approval', 'slack-ingress', 'slack-worker']);
    for (const key of functionKeys) {
      const { SLACK_QUEUE_URL: answers, SLACK_ACTIONS_QUEUE_URL: actions } = variablesOf(key);
      expect(actions === undefined).toBe(answers === undefined);
      if (answers !== undefined) expect(actions).not.toBe(answers);
    }
  });

  it('names in variables what the functions ask for', () => {
    for (const key of functionKeys) {
      const { decides, callsTools, rights }: FunctionDefinition = functionCatalog[key];
      const variables = variablesOf(key);
      expect(variables).toMatchObject({
        COORDINATION_TABLE: `${name}-coordination`,
        DIRECTORY_TABLE: `${name}-directory`,
        NOTIFICATION_SECRETS_NAME: expect.stringContaining('secrets_notifications'),
        PUBLIC_URL: expect.stringContaining('api_endpoint'),
        APPROVAL_PAGE_PATH: '/slack/approvals',
      });
      expect(variables.POLICY_PATH).toBe(decides ? '/var/task/policy.json' : undefined);
      expect(variables.MCP_SERVERS !== undefined).toBe(callsTools);
      expect(variables.MCP_SHIPPED).toBe(callsTools ? 'google,jira' : undefined);
      expect(variables.REQUEST_APPROVAL_FUNCTION !== undefined).toBe(rights.callsRequestApproval);
      expect(variables.AGENTCORE_GATEWAY_URL).toBeUndefined();
    }
  });
});

it('answers as many conversations at once as the environment says, and never keeps a click waiting for them', () => {
  const stack = synthesizeStack('dev', { ...dev, slack_worker_concurrency: 5 });
  expect(stack.all('aws_lambda_event_source_mapping')).toMatchObject([
    { scaling_config: { maximum_concurrency: 20 } },
    { scaling_config: { maximum_concurrency: 5 } },
  ]);
});

it('tells the worker where approvals are shown, where the environment says it', () => {
  const stack = synthesizeStack('dev', { ...dev, slack_channel_id: 'C0123456789' });
  const worker = stack.one('aws_lambda_function', 'function_name', 'dev_slack_worker');
  expect(worker.environment).toMatchObject({ variables: { SLACK_CHANNEL_ID: 'C0123456789' } });
});

it('links to the page behind the gateway’s own login where the environment says so', () => {
  const stack = synthesizeStack('dev', { ...dev, approval_page: 'gateway' });
  for (const name of ['dev_slack_worker', 'dev_hitl_approval'])
    expect(stack.one('aws_lambda_function', 'function_name', name).environment).toMatchObject({
      variables: { APPROVAL_PAGE_PATH: '/approvals' },
    });
});

it('sends browsers with a session to the API’s function, and those on their way to one to Slack’s', () => {
  const stack = synthesizeStack('dev', dev);
  const targetOf = (route: string) => {
    const { target } = stack.one('aws_apigatewayv2_route', 'route_key', route);
    const [, integration] =
      Object.entries(stack.of('aws_apigatewayv2_integration')).find(([id]) => String(target).includes(id)) ??
      [];
    return String(integration?.integration_uri);
  };
  for (const route of pageRoutes) expect(targetOf(route)).toContain('functions_api_alias');
  for (const route of ['GET /slack/login', 'GET /slack/login/callback'])
    expect(targetOf(route)).toContain('functions_slack-ingress_alias');
});
