import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tableDefinitions, tableRoles } from '@hitl/aws';
import { describe, expect, it } from '@jest/globals';
import dev from '../../environments/dev.ts';
import prod from '../../environments/prod.ts';
import staging from '../../environments/staging.ts';
import { referencesOf, type SynthesizedStack, synthesizeStack } from '../test/read-stack.ts';
import { openRoutes, readApiRoutes, slackRoutes } from './api-routes.ts';
import { type FunctionDefinition, functionCatalog, functionKeys } from './function-catalog.ts';

const { paths } = JSON.parse(
  readFileSync(new URL('../../functions/api/openapi.json', import.meta.url), 'utf8'),
) as { paths: Record<string, Record<string, { security: readonly object[] }>> };

/** CommonJS without type declarations. */
const validate = createRequire(import.meta.url)('asl-validator') as (definition: unknown) => {
  isValid: boolean;
};

const stacks: Record<'dev' | 'staging' | 'prod', SynthesizedStack> = {
  dev: synthesizeStack('dev', dev),
  staging: synthesizeStack('staging', staging),
  prod: synthesizeStack('prod', prod),
};
const every = Object.entries(stacks).map(([name, stack]) => ({ name, stack }));

describe.each(every)('the $name stack', ({ name, stack }) => {
  it('names no resource in a circle', () => {
    const references = referencesOf(stack.resources);
    const done = new Set<string>();
    const visit = (id: string, path: readonly string[]): void => {
      if (path.includes(id)) throw new Error(`a circle: ${[...path, id].join(' → ')}`);
      if (done.has(id)) return;
      for (const other of references.get(id) ?? []) visit(other, [...path, id]);
      done.add(id);
    };
    for (const id of stack.resources.keys()) visit(id, []);
    expect(done.size).toBe(stack.resources.size);
  });

  it('keeps its state in the bucket of its region, locked and encrypted, the bucket named when somebody deploys', () => {
    expect(stack.json.terraform).toEqual({
      backend: {
        s3: {
          key: `${name}/terraform.tfstate`,
          region: 'us-east-1',
          dynamodb_table: 'hitl-mcp-terraform-locks',
          encrypt: true,
        },
      },
      required_providers: { aws: { source: 'hashicorp/aws', version: '5.100.0' } },
      required_version: '>= 1.6',
    });
  });

  it('puts cost-allocation tags on everything', () => {
    expect(stack.json.provider.aws).toEqual([
      {
        region: 'us-east-1',
        default_tags: [
          {
            tags: {
              project: 'hitl-mcp',
              environment: name,
              managed_by: 'terraform',
              cost_center: 'platform',
            },
          },
        ],
      },
    ]);
  });

  it('tells the functions that make secrets what Terraform tags everything else with', () => {
    const told = stack
      .all('aws_lambda_function')
      .filter((lambda) => JSON.stringify(lambda.environment).includes('"COST_CENTER":"platform"'));
    expect(told.map((lambda) => lambda.function_name).sort()).toEqual([
      `${name}_google_mcp`,
      `${name}_slack_ingress`,
    ]);
  });

  it('has the outputs that others rely on', () => {
    expect(Object.keys(stack.json.output)).toEqual(
      expect.arrayContaining([
        'step_functions_arn',
        'api_url',
        'slack_sessions_table_name',
        'approvals_table_name',
        'runs_table_name',
        'audit_table_name',
        'sns_topic_arn',
        'event_bus_name',
        'slack_secret_name',
        'dashboard_url',
      ]),
    );
    expect(stack.json.output.audit_table_name?.value).toBe(`${name}-audit`);
  });

  describe('tables', () => {
    it.each(tableRoles)('gives %s the keys and indexes that the stores use', (role) => {
      const definition = tableDefinitions[role];
      const table = stack.one('aws_dynamodb_table', 'name', `${name}-${role.replaceAll('_', '-')}`);
      expect(table.hash_key).toBe(definition.partition.name);
      expect(table.range_key).toBe('sort' in definition ? definition.sort.name : undefined);
      const indexNames = (member: string) => ((table[member] ?? []) as { name: string }[]).map((i) => i.name);
      expect(indexNames('global_secondary_index')).toEqual(Object.keys(definition.globalIndexes));
      expect(indexNames('local_secondary_index')).toEqual(Object.keys(definition.localIndexes));
      expect(table.ttl).toEqual(
        'ttlAttribute' in definition ? { enabled: true, attribute_name: definition.ttlAttribute } : undefined,
      );
    });

    it('declares exactly the attributes that are keys: DynamoDB refuses any other', () => {
      for (const table of stack.all('aws_dynamodb_table')) {
        const indexes = ['global_secondary_index', 'local_secondary_index'].flatMap(
          (member) => (table[member] ?? []) as { hash_key?: string; range_key?: string }[],
        );
        const keys = [table, ...indexes].flatMap(({ hash_key, range_key }) => [hash_key, range_key]);
        expect(((table.attribute ?? []) as { name: string }[]).map((a) => a.name).sort()).toEqual(
          [...new Set(keys.filter((key) => key !== undefined))].sort(),
        );
      }
    });

    it('pays by request, can be restored to any second and is encrypted', () => {
      const tables = stack.all('aws_dynamodb_table');
      expect(tables).toHaveLength(tableRoles.length);
      for (const table of tables) {
        expect(table).toMatchObject({
          billing_mode: 'PAY_PER_REQUEST',
          point_in_time_recovery: { enabled: true },
          server_side_encryption: { enabled: true },
        });
      }
    });
  });

  describe('functions', () => {
    it.each(functionKeys)(
      'runs %s on Node 22 with its own role, log group, alias, tracing and, where nobody waits for it, dead letters',
      (key) => {
        const functionName = `${name}_${functionCatalog[key].name}`;
        const lambda = stack.one('aws_lambda_function', 'function_name', functionName);
        expect(lambda).toMatchObject({
          runtime: 'nodejs22.x',
          handler: 'index.handler',
          filename: `packages/${key}.zip`,
          source_code_hash: `hash-of-${key}`,
          publish: true,
          tracing_config: { mode: 'Active' },
        });
        expect(lambda.role).toContain(`functions_${key}_role`);
        const { calledAsynchronously }: FunctionDefinition = functionCatalog[key];
        expect(JSON.stringify(lambda.dead_letter_config ?? 'none')).toContain(
          calledAsynchronously ? `functions_${key}_dead-letters` : 'none',
        );
        expect(JSON.stringify(lambda.depends_on)).toContain(`functions_${key}_logs`);
        stack.one('aws_cloudwatch_log_group', 'name', `/aws/lambda/${functionName}`);
        const aliases = Object.entries(stack.of('aws_lambda_alias')).filter(([id]) =>
          id.startsWith(`functions_${key}_`),
        );
        expect(aliases.map(([, alias]) => alias.name)).toEqual(['live']);
      },
    );

    it('logs where operators look', () => {
      const groups = stack.all('aws_cloudwatch_log_group').map((group) => group.name);
      expect(groups).toEqual(
        expect.arrayContaining([
          `/aws/lambda/${name}_hitl_approval`,
          `/aws/stepfunctions/${name}-hitl-workflow`,
        ]),
      );
    });

    it('is called by alias only, by the service that it is there for', () => {
      const permissions = stack.all('aws_lambda_permission');
      expect(permissions).toHaveLength(5);
      for (const permission of permissions) {
        // A reference, so that the alias is there before its permission.
        expect(permission).toMatchObject({
          action: 'lambda:InvokeFunction',
          qualifier: expect.stringMatching(/^\$\{aws_lambda_alias\..+\.name\}$/),
        });
        expect(permission.principal).toMatch(/^(apigateway|events)\.amazonaws\.com$/);
        expect(permission.source_arn).toMatch(/^\$\{aws_/);
      }
    });

    it('gets names and ARNs only: no variable holds a secret', () => {
      const variables = new Set(
        stack
          .all('aws_lambda_function')
          .flatMap((lambda) =>
            Object.keys((lambda.environment as { variables: Record<string, string> }).variables),
          ),
      );
      for (const secret of [
        'MCP_AUTH_TOKEN',
        'SLACK_BOT_TOKEN',
        'SLACK_SIGNING_SECRET',
        'GOOGLE_OAUTH_TOKEN',
        'GOOGLE_SERVICE_ACCOUNT',
        'JIRA_API_TOKEN',
        'MODEL_API_KEY',
      ]) {
        expect(variables).not.toContain(secret);
      }
      expect(variables).toContain('SLACK_SECRETS_NAME');
    });
  });

  it('keeps every log group for 14 days, and has no other', () => {
    const groups = stack.all('aws_cloudwatch_log_group');
    expect(groups).toHaveLength(functionKeys.length + 3);
    for (const group of groups) expect(group.retention_in_days).toBe(14);
  });

  it('keeps dead letters for as long as a queue can, encrypted', () => {
    const queues = stack.all('aws_sqs_queue').filter((queue) => String(queue.name).includes('dead-letters'));
    expect(queues.map((queue) => queue.name)).toEqual([
      `${name}-agentcore-dead-letters`,
      `${name}_advance-dead-letters`,
      `${name}_expire_approval-dead-letters`,
      `${name}_hitl_approval-dead-letters`,
      `${name}-hitl-slack-actions-dead-letters.fifo`,
      `${name}-hitl-slack-dead-letters.fifo`,
    ]);
    for (const queue of queues) {
      expect(queue).toMatchObject({ message_retention_seconds: 1_209_600, sqs_managed_sse_enabled: true });
    }
  });

  it('makes secrets as empty shells: no value can reach the state', () => {
    expect(stack.all('aws_secretsmanager_secret').map((secret) => secret.name)).toEqual(
      ['google', 'jira', 'mcp', 'notifications', 'slack'].map((secret) => `agentcore-${name}/${secret}`),
    );
    expect(stack.all('aws_secretsmanager_secret_version')).toEqual([]);
    expect(JSON.stringify(stack.json)).not.toContain('secret_string');
  });

  describe('workflow', () => {
    const machine = stack.one('aws_sfn_state_machine', 'name', `${name}-hitl-workflow`);
    const definition = JSON.parse(String(machine.definition));

    it('is the definition that runs locally, calling the functions by alias', () => {
      expect(definition.States.Advance.Parameters.FunctionName).toMatch(
        /^\$\{aws_lambda_alias\.functions_advance_/,
      );
      expect(definition.States.Expire.Parameters.FunctionName).toMatch(
        /^\$\{aws_lambda_alias\.functions_expire-/,
      );
    });

    it('logs every event but no data, which would hold task tokens, and is traced', () => {
      expect(machine).toMatchObject({
        type: 'STANDARD',
        logging_configuration: { level: 'ALL', include_execution_data: false },
        tracing_configuration: { enabled: true },
      });
    });
  });

  describe('HTTP API', () => {
    /** The servers check a bearer token themselves. */
    const mcpRoutes = ['POST /google/mcp', 'POST /jira/mcp'];
    const routes = stack.all('aws_apigatewayv2_route');

    it('has every route of the API function, of Slack and of the MCP servers, and no other', () => {
      expect(routes.map((route) => route.route_key).sort()).toEqual(
        [...readApiRoutes(), ...slackRoutes, ...mcpRoutes].sort(),
      );
      expect(routes.map((route) => route.route_key)).toEqual(
        expect.arrayContaining([
          'POST /agent/run',
          'POST /approvals/{approval_id}/votes',
          'GET /audit/verify',
        ]),
      );
    });

    it('is open on the health check, the Slack routes, the pages that people sign in to and the MCP servers alone', () => {
      const open = routes.filter((route) => route.authorization_type !== 'AWS_IAM');
      expect(open.map((route) => route.route_key).sort()).toEqual([...openRoutes, ...mcpRoutes].sort());
      expect([...openRoutes].sort()).toEqual([
        'GET /healthz',
        'GET /oauth/callback',
        'GET /slack/approvals/{approval_id}',
        'GET /slack/install',
        'GET /slack/login',
        'GET /slack/login/callback',
        'POST /events',
        'POST /slack/approvals/{approval_id}/ballot',
        'POST /slack/approvals/{approval_id}/revision',
        'POST /slack/commands',
        'POST /slack/interactions',
        'POST /slack/logout',
      ]);
    });

    it('is open where the API’s function itself asks for a session or for nothing, and nowhere else', () => {
      const open = readApiRoutes().filter((route) => openRoutes.includes(route));
      const described = Object.entries(paths).flatMap(([path, methods]) =>
        Object.entries(methods)
          .filter(([, { security }]) => security.every((need) => 'session' in need))
          .map(([method]) => `${method.toUpperCase()} ${path}`),
      );
      // The description is public as such, and as deployed behind the gateway like what it describes.
      expect(open.sort()).toEqual(described.filter((route) => route !== 'GET /openapi.json').sort());
    });

    it('is throttled and logs each call without headers, queries or bodies', () => {
      const stages = stack.all('aws_apigatewayv2_stage');
      expect(stages).toHaveLength(2);
      for (const stage of stages) {
        const settings = stage.default_route_settings as Record<string, number>;
        expect(settings.throttling_rate_limit).toBeGreaterThan(0);
        expect(settings.throttling_burst_limit).toBeGreaterThan(0);
        const { format } = stage.access_log_settings as { format: string };
        expect(format).not.toMatch(/header|querystring|body|\$context\.path/i);
      }
    });
  });

  describe('events', () => {
    it('starts the workflow with the detail of ActionRequested', () => {
      stack.one('aws_cloudwatch_event_bus', 'name', `${name}-agentcore`);
      const rule = stack.one('aws_cloudwatch_event_rule', 'name', `${name}-action-requested`);
      expect(JSON.parse(String(rule.event_pattern))).toEqual({ 'detail-type': ['ActionRequested'] });
      expect(rule.event_bus_name).toMatch(/^\$\{aws_cloudwatch_event_bus\./);
      expect(stack.one('aws_cloudwatch_event_target', 'target_id', 'workflow')).toMatchObject({
        input_path: '$.detail',
        retry_policy: { maximum_retry_attempts: 10 },
        dead_letter_config: { arn: expect.stringContaining('dead-letters') },
      });
    });

    it('looks for what is due by the clock', () => {
      expect(stack.one('aws_cloudwatch_event_rule', 'name', `${name}-hitl-sweep`).schedule_expression).toBe(
        'rate(5 minutes)',
      );
    });
  });

  it('alarms on what somebody should be woken for, and tells when it is over', () => {
    const alarms = stack.all('aws_cloudwatch_metric_alarm');
    const ids = alarms.map((alarm) => String(alarm.alarm_name).slice(name.length + 1));
    expect(ids).toEqual(
      expect.arrayContaining([
        'advance-errors',
        'slack-ingress-errors',
        'slack-ingress-duration',
        'audit-write-throttled',
        'runs-read-throttled',
        'workflow-failed',
        'workflow-timedout',
        'notifications-failed',
        'hitl_approval-dead-letters-waiting',
        'agentcore-dead-letters-waiting',
        'hitl-slack-actions-dead-letters-waiting',
        'hitl-slack-dead-letters-waiting',
        'slack-actions-late',
        ...(name === 'dev' ? [] : ['slack-jobs-late', 'expire-approval-duration']),
        'api-server-errors',
        'approval-latency',
        'approval-expiry-rate',
        'executions-unknown',
      ]),
    );
    expect(new Set(ids).size).toBe(ids.length);
    for (const alarm of alarms) {
      expect(alarm.alarm_actions).toEqual(alarm.ok_actions);
      expect(alarm.alarm_actions).toEqual([expect.stringContaining('notifications_alarms')]);
      expect(alarm.treat_missing_data).toBe('notBreaching');
      // A metric or an expression over metrics, never both or none.
      expect([alarm.metric_name, alarm.metric_query].filter((part) => part !== undefined)).toHaveLength(1);
    }
  });

  it('alarms on what the functions count for the whole environment, whichever of them counted it', () => {
    for (const id of ['approval-latency', 'approval-expiry-rate', 'executions-unknown']) {
      const alarm = stack.one('aws_cloudwatch_metric_alarm', 'alarm_name', `${name}-${id}`);
      const queries = (alarm.metric_query ?? []) as { metric?: { dimensions: unknown } }[];
      const dimensions = [alarm.dimensions, ...queries.map(({ metric }) => metric?.dimensions)];
      for (const one of dimensions.filter((d) => d !== undefined)) expect(one).toEqual({ environment: name });
    }
  });

  it('shows the key metrics on one dashboard', () => {
    const [dashboard] = stack.all('aws_cloudwatch_dashboard');
    const { widgets } = JSON.parse(String(dashboard?.dashboard_body));
    const text = JSON.stringify(widgets);
    for (const metric of [
      'Duration',
      'Errors',
      'ExecutionsSucceeded',
      'ExecutionsFailed',
      'ConsumedReadCapacityUnits',
      'ConsumedWriteCapacityUnits',
      'ReadThrottleEvents',
      'NumberOfNotificationsDelivered',
      'approval_latency_ms',
      'approvals_expired',
      'executions_unknown',
      'ApproximateAgeOfOldestMessage',
    ]) {
      expect(text).toContain(`"${metric}"`);
    }
  });
});

describe('the environments differ exactly as they are documented', () => {
  const waitOf = (stack: SynthesizedStack): number => {
    const { environment } = stack.one(
      'aws_lambda_function',
      'description',
      functionCatalog.advance.description,
    );
    const { variables } = environment as { variables: Record<string, string> };
    return Number(variables.APPROVAL_TIMEOUT_SECONDS);
  };
  const of = (stack: SynthesizedStack) => ({
    cidr: stack.all('aws_vpc').map((vpc) => vpc.cidr_block),
    memory: stack.one('aws_lambda_function', 'description', functionCatalog.advance.description).memory_size,
    timeout: stack.one('aws_lambda_function', 'description', functionCatalog.advance.description).timeout,
    guardrails: stack.all('aws_bedrock_guardrail').length,
    wait: waitOf(stack),
    zones: stack.all('aws_subnet').length / 2,
    nats: stack.all('aws_nat_gateway').length,
    interfaceEndpoints: stack.all('aws_vpc_endpoint').filter((e) => e.vpc_endpoint_type === 'Interface')
      .length,
    attached: stack.all('aws_lambda_function').filter((f) => f.vpc_config !== undefined).length,
    protectedTables: stack.all('aws_dynamodb_table').filter((t) => t.deletion_protection_enabled === true)
      .length,
    keys: stack.all('aws_kms_key').length,
    canaries: stack.all('aws_codedeploy_deployment_group').length,
    watchedTables:
      stack
        .all('aws_cloudwatch_metric_alarm')
        .filter((alarm) => /-(read|write)-throttled$/.test(String(alarm.alarm_name))).length / 2,
  });

  it('dev is small and costs nothing for its network', () => {
    expect(of(stacks.dev)).toEqual({
      cidr: ['10.0.0.0/16'],
      memory: 256,
      timeout: 30,
      guardrails: 0,
      wait: 3600,
      zones: 2,
      nats: 0,
      interfaceEndpoints: 0,
      attached: 0,
      protectedTables: 0,
      keys: 0,
      canaries: 0,
      watchedTables: 3,
    });
  });

  it('staging is attached and guarded', () => {
    expect(of(stacks.staging)).toEqual({
      cidr: ['10.1.0.0/16'],
      memory: 512,
      timeout: 60,
      guardrails: 1,
      wait: 3600,
      zones: 2,
      nats: 1,
      interfaceEndpoints: 7,
      attached: functionKeys.length,
      protectedTables: 0,
      keys: 0,
      canaries: 0,
      watchedTables: tableRoles.length,
    });
  });

  it('prod is highly available, protected, waits four hours and shifts with care', () => {
    expect(of(stacks.prod)).toEqual({
      cidr: ['10.2.0.0/16'],
      memory: 1024,
      timeout: 120,
      guardrails: 1,
      wait: 14_400,
      zones: 3,
      nats: 3,
      interfaceEndpoints: 7,
      attached: functionKeys.length,
      protectedTables: tableRoles.length,
      keys: 1,
      canaries: functionKeys.length,
      watchedTables: tableRoles.length,
    });
  });

  it.each(['dev', 'staging', 'prod'] as const)(
    'lets the sweep of %s expire a request before the state machine would give up waiting',
    (name) => {
      const { States } = JSON.parse(String(stacks[name].all('aws_sfn_state_machine')[0]?.definition));
      const wait = waitOf(stacks[name]);
      expect(States.Advance.TimeoutSeconds).toBe(wait + 900);
    },
  );

  it('gives a function behind the HTTP API no more time than the gateway waits', () => {
    expect(stacks.prod.one('aws_lambda_function', 'function_name', 'prod_api').timeout).toBe(30);
  });

  it('lets CodeDeploy alone move the aliases of prod, and takes a version back when an alarm of its function goes off', () => {
    for (const alias of stacks.prod.all('aws_lambda_alias')) {
      expect(alias.lifecycle).toEqual({ ignore_changes: ['function_version', 'routing_config'] });
    }
    for (const alias of stacks.dev.all('aws_lambda_alias')) expect(alias.lifecycle).toBeUndefined();
    const alarms = new Set(stacks.prod.all('aws_cloudwatch_metric_alarm').map((alarm) => alarm.alarm_name));
    for (const group of stacks.prod.all('aws_codedeploy_deployment_group')) {
      expect(group).toMatchObject({
        deployment_config_name: 'CodeDeployDefault.LambdaCanary10Percent5Minutes',
        auto_rollback_configuration: { enabled: true },
        alarm_configuration: { enabled: true },
      });
      const watched = (group.alarm_configuration as { alarms: string[] }).alarms;
      expect(watched.length).toBeGreaterThan(0);
      for (const alarm of watched) expect(alarms).toContain(alarm);
    }
  });

  it('encrypts records, secrets and topics of prod under a key that rotates', () => {
    expect(stacks.prod.all('aws_kms_key')).toMatchObject([{ enable_key_rotation: true }]);
    for (const table of stacks.prod.all('aws_dynamodb_table')) {
      expect(JSON.stringify(table.server_side_encryption)).toContain('aws_kms_key');
    }
    for (const secret of stacks.prod.all('aws_secretsmanager_secret'))
      expect(secret.kms_key_id).toContain('aws_kms_key');
    for (const topic of stacks.prod.all('aws_sns_topic'))
      expect(topic.kms_master_key_id).toContain('aws_kms_key');
  });

  it('gives the model the guardrail where there is one', () => {
    const variables = (stack: SynthesizedStack, name: string) =>
      (
        stack.one('aws_lambda_function', 'function_name', name).environment as {
          variables: Record<string, string>;
        }
      ).variables;
    expect(variables(stacks.prod, 'prod_advance')).toMatchObject({
      BEDROCK_GUARDRAIL_ID: expect.stringContaining('aws_bedrock_guardrail'),
      BEDROCK_GUARDRAIL_VERSION: expect.stringContaining('aws_bedrock_guardrail_version'),
    });
    expect(variables(stacks.dev, 'dev_advance').BEDROCK_GUARDRAIL_ID).toBeUndefined();
  });
});

it('deploys valid Amazon States Language', () => {
  // The references become ARNs; the validator wants some.
  const arn = 'arn:aws:lambda:us-east-1:111122223333:function:f:live';
  const [machine] = stacks.prod.all('aws_sfn_state_machine');
  const resolved = String(machine?.definition).replaceAll(/\$\{aws_lambda_alias[^}]*\}/g, arn);
  expect(validate(JSON.parse(resolved))).toMatchObject({ isValid: true });
});

describe('what an environment may choose', () => {
  it('uses a VPC that exists, and makes no part of a network then', () => {
    const { vpc_cidr: _cidr, availability_zones: _zones, nat_gateways: _nat, ...rest } = staging;
    const stack = synthesizeStack('staging', {
      ...rest,
      use_existing_vpc: true,
      vpc_id: 'vpc-0a1',
      private_subnet_ids: ['subnet-0a1', 'subnet-0a2'],
      public_subnet_ids: ['subnet-0b1', 'subnet-0b2'],
      lambda_security_group_id: 'sg-0a1',
      app_security_group_id: 'sg-0a2',
      alb_security_group_id: 'sg-0a3',
    });
    const network = [...stack.resources.keys()].filter((id) =>
      /^aws_(vpc|subnet|security_group|nat_gateway|route|internet_gateway|eip)/.test(id),
    );
    expect(network).toEqual([]);
    for (const lambda of stack.all('aws_lambda_function')) {
      expect(lambda.vpc_config).toEqual({
        subnet_ids: ['subnet-0a1', 'subnet-0a2'],
        security_group_ids: ['sg-0a1'],
      });
    }
  });

  it('copies every table to the replica regions', () => {
    const stack = synthesizeStack('dev', { ...dev, replica_regions: ['us-west-2'] });
    for (const table of stack.all('aws_dynamodb_table')) {
      expect(table).toMatchObject({
        stream_enabled: true,
        stream_view_type: 'NEW_AND_OLD_IMAGES',
        replica: [{ region_name: 'us-west-2', point_in_time_recovery: true }],
      });
    }
  });

  it('lets an identity provider prove callers', () => {
    const stack = synthesizeStack('dev', {
      ...dev,
      api_authorization: 'jwt',
      api_jwt: { issuer: 'https://login.example.com', audience: ['hitl'] },
    });
    expect(stack.all('aws_apigatewayv2_authorizer')).toMatchObject([
      {
        authorizer_type: 'JWT',
        jwt_configuration: { issuer: 'https://login.example.com', audience: ['hitl'] },
      },
    ]);
    expect(stack.one('aws_apigatewayv2_route', 'route_key', 'POST /agent/run').authorization_type).toBe(
      'JWT',
    );
    expect(stack.one('aws_apigatewayv2_route', 'route_key', 'GET /healthz').authorization_type).toBe('NONE');
  });

  it('has executions logged with their data, or without: said to the functions that are states of the machine only', () => {
    const told = (stack: SynthesizedStack) =>
      stack.all('aws_lambda_function').flatMap((lambda) => {
        const { variables } = lambda.environment as { variables: Record<string, string> };
        const value = variables.LOG_EXECUTION_DATA;
        return value === undefined ? [] : [[lambda.function_name, value]];
      });
    expect(told(stacks.prod).sort()).toEqual([
      ['prod_advance', '1'],
      ['prod_expire_approval', '1'],
    ]);
    const silent = synthesizeStack('dev', { ...dev, log_execution_data: false });
    expect(told(silent).sort()).toEqual([
      ['dev_advance', '0'],
      ['dev_expire_approval', '0'],
    ]);
  });

  it('refuses any other account than the one it names', () => {
    const stack = synthesizeStack('dev', { ...dev, aws_account_id: '111122223333' });
    expect(stack.json.provider.aws).toMatchObject([{ allowed_account_ids: ['111122223333'] }]);
  });

  it('is one more file for a second region, and shares no name with the first', () => {
    const stack = synthesizeStack('eu-dev', {
      ...dev,
      environment: 'eu-dev',
      aws_region: 'eu-central-1',
      availability_zones: ['eu-central-1a', 'eu-central-1b'],
      bootstrap: 'bootstrap-eu',
    });
    const roleNames = (s: SynthesizedStack) => s.all('aws_iam_role').map((role) => String(role.name));
    const first = roleNames(stacks.dev);
    for (const name of roleNames(stack)) expect(first).not.toContain(name);
    expect(JSON.stringify(stack.json)).not.toContain('us-east-1');
  });
});
