import { describe, expect, it } from '@jest/globals';
import bootstrap from '../../environments/bootstrap.ts';
import dev from '../../environments/dev.ts';
import prod from '../../environments/prod.ts';
import staging from '../../environments/staging.ts';
import { isAllowed, resolveReferences } from '../test/evaluate-policy.ts';
import { type Statement, type SynthesizedStack, synthesizeStack } from '../test/read-stack.ts';
import { Role } from './constructs/role.ts';
import type { CustomConstruct } from './custom/custom-construct.ts';

const github = { repository: 'example/hitl-mcp', environments: ['dev', 'staging', 'prod'] };
const bootstrapData = { ...bootstrap, github };
const withGithub = synthesizeStack('bootstrap', bootstrapData);
const readers: CustomConstruct = ({ scope, parts }) => {
  const role = new Role(scope, 'reader', { name: 'dev-reader', service: 'lambda.amazonaws.com' });
  parts.tables.grantRead(role, ['audit']);
};
const agentCore = 'arn:aws:bedrock-agentcore:us-east-1:111122223333:runtime/agent-Abc123';
const worldwide = 'global.anthropic.claude-haiku-4-5-20251001-v1:0';
const stacks = [
  synthesizeStack('dev', dev, { bootstrap: bootstrapData, custom: [readers] }),
  synthesizeStack('staging', staging, { bootstrap: bootstrapData }),
  synthesizeStack('prod', prod, { bootstrap: bootstrapData }),
  synthesizeStack(
    'dev',
    {
      ...dev,
      agentcore_gateway_url: 'https://agent.example.com',
      agentcore_gateway_arn: agentCore,
      model_id: worldwide,
    },
    { bootstrap: bootstrapData },
  ),
].map((stack) => ({ name: nameOf(stack), stack }));

const resolved = (statements: unknown): Statement[] =>
  JSON.parse(resolveReferences(withGithub, JSON.stringify(statements)));
const boundaryOf = (environment: string): Statement[] => {
  const policy = withGithub.one('aws_iam_policy', 'name', `hitl-mcp-boundary-${environment}`);
  return resolved((JSON.parse(String(policy.policy)) as { Statement: Statement[] }).Statement);
};
const applyOf = (environment: string) => resolved(withGithub.grantsOf(`hitl-mcp-apply-${environment}`));

/** Every right of every role of an environment: one action on one resource. */
function rightsIn(stack: SynthesizedStack): { role: string; action: string; resource: string }[] {
  return stack.all('aws_iam_role').flatMap(({ name }) =>
    stack
      .grantsOf(String(name))
      .filter(({ Effect }) => Effect === 'Allow')
      .flatMap(({ Action, Resource = [] }) =>
        Action.flatMap((action) =>
          Resource.map((resource) => ({
            role: String(name),
            action,
            resource: resolveReferences(stack, resource),
          })),
        ),
      ),
  );
}

function nameOf(stack: SynthesizedStack): string {
  return String(stack.json.output.audit_table_name?.value).replace('-audit', '');
}

describe('the roles for GitHub Actions', () => {
  const trustOf = (name: string) =>
    JSON.parse(String(withGithub.one('aws_iam_role', 'name', name).assume_role_policy)).Statement[0];

  it('are made only where a repository is named', () => {
    const stack = synthesizeStack('bootstrap', bootstrap);
    for (const type of ['aws_iam_role', 'aws_iam_policy', 'aws_iam_openid_connect_provider'])
      expect(stack.all(type)).toEqual([]);
    expect(withGithub.all('aws_iam_openid_connect_provider')).toMatchObject([
      { url: 'https://token.actions.githubusercontent.com', client_id_list: ['sts.amazonaws.com'] },
    ]);
    expect(Object.keys(withGithub.json.output)).toEqual(
      expect.arrayContaining(['plan_role_arn', 'apply_role_arns']),
    );
  });

  it('are given to pull requests for looking, and to the GitHub environment of that name for changing', () => {
    expect(trustOf('hitl-mcp-plan-us-east-1')).toMatchObject({
      Action: ['sts:AssumeRoleWithWebIdentity'],
      Condition: {
        StringEquals: {
          'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com',
          'token.actions.githubusercontent.com:sub': 'repo:example/hitl-mcp:pull_request',
        },
      },
    });
    expect(trustOf('hitl-mcp-apply-prod').Condition.StringEquals).toMatchObject({
      'token.actions.githubusercontent.com:sub': 'repo:example/hitl-mcp:environment:prod',
    });
  });

  it('have no policy of AWS but the one that reads', () => {
    expect(withGithub.all('aws_iam_role_policy_attachment')).toMatchObject([
      { policy_arn: expect.stringMatching(/:iam::aws:policy\/ReadOnlyAccess$/) },
    ]);
  });

  it('share the one provider of an account between regions', () => {
    const eu = synthesizeStack('bootstrap-eu', {
      ...bootstrap,
      aws_region: 'eu-central-1',
      github: { ...github, environments: ['eu-dev'], provider: 'existing' },
    });
    expect(eu.all('aws_iam_openid_connect_provider')).toEqual([]);
    const names = (of: typeof eu) => of.all('aws_iam_role').map((role) => role.name);
    for (const name of names(eu)) expect(names(withGithub)).not.toContain(name);
  });

  it.each(['hitl-mcp-plan-us-east-1', 'hitl-mcp-apply-dev'])(
    'never let %s read records, secrets or messages',
    (name) => {
      // As if it were allowed everything.
      const statements: Statement[] = [
        { Sid: 'All', Effect: 'Allow', Action: ['*'], Resource: ['*'] },
        ...resolved(withGithub.grantsOf(name)),
      ];
      for (const [action, resource] of [
        ['secretsmanager:GetSecretValue', 'secretsmanager:us-east-1:111122223333:secret:agentcore-dev/slack'],
        ['secretsmanager:BatchGetSecretValue', '*'],
        ['ssm:GetParametersByPath', 'ssm:us-east-1:111122223333:parameter/x'],
        ...['BatchGetItem', 'GetItem', 'GetRecords', 'PartiQLSelect', 'Query', 'Scan'].map((read) => [
          `dynamodb:${read}`,
          'dynamodb:us-east-1:111122223333:table/dev-audit',
        ]),
        ...['FilterLogEvents', 'GetLogEvents', 'GetLogRecord', 'StartLiveTail', 'StartQuery'].map((read) => [
          `logs:${read}`,
          'logs:us-east-1:111122223333:log-group:/aws/lambda/dev_api',
        ]),
        ['s3:GetObject', 's3:::somebody-elses/file'],
        ['sqs:ReceiveMessage', 'sqs:us-east-1:111122223333:dev-hitl-slack.fifo'],
        ['states:GetExecutionHistory', 'states:us-east-1:111122223333:execution:dev-hitl-workflow:x'],
      ]) {
        expect([action, isAllowed(statements, String(action), `arn:aws:${resource}`)]).toEqual([
          action,
          false,
        ]);
      }
      const state = 'arn:aws:s3:::hitl-mcp-state-111122223333-us-east-1/dev/terraform.tfstate';
      expect(isAllowed(statements, 's3:GetObject', state)).toBe(true);
    },
  );
});

describe('what the role that applies dev may do', () => {
  const dev = applyOf('dev');
  const may = (action: string, resource: string) => isAllowed(dev, action, resource);
  const role = 'arn:aws:iam::111122223333:role/hitl-mcp/dev/dev_api';
  const boundary = 'arn:aws:iam::111122223333:policy/hitl-mcp-boundary-dev';

  it('makes and changes roles of dev within the boundary of dev, and no other', () => {
    const making = ['CreateRole', 'DeleteRolePolicy', 'PutRolePermissionsBoundary', 'PutRolePolicy'];
    for (const action of making.map((name) => `iam:${name}`)) {
      const statements = dev.filter(({ Action }) => Action.includes(action));
      expect(statements).toMatchObject([
        { Effect: 'Allow', Condition: { StringEquals: { 'iam:PermissionsBoundary': boundary } } },
        {
          Effect: 'Deny',
          Resource: ['*'],
          Condition: { StringNotEquals: { 'iam:PermissionsBoundary': boundary } },
        },
      ]);
      expect(may(action, role)).toBe(true);
    }
    const outside = [
      'role/dev-admin',
      'role/dev_api',
      'role/hitl-mcp/prod/prod_api',
      'role/hitl-mcp-apply-dev',
    ];
    for (const other of outside.map((name) => `arn:aws:iam::111122223333:${name}`)) {
      for (const action of [...making, 'PassRole', 'UpdateAssumeRolePolicy', 'DeleteRole', 'TagRole'])
        expect([other, action, may(`iam:${action}`, other)]).toEqual([other, action, false]);
    }
  });

  it('neither takes a boundary off a role nor changes what a boundary says', () => {
    for (const action of [
      'DeleteRolePermissionsBoundary',
      'AttachRolePolicy',
      'CreateUser',
      'CreateAccessKey',
    ])
      expect([action, may(`iam:${action}`, role)]).toEqual([action, false]);
    for (const action of ['CreatePolicyVersion', 'DeletePolicy', 'SetDefaultPolicyVersion', 'CreatePolicy'])
      expect([action, may(`iam:${action}`, boundary)]).toEqual([action, false]);
    const listed = dev.flatMap(({ Effect, Action }) => (Effect === 'Allow' ? Action : []));
    expect(listed.filter((action) => /^(iam:.*\*|\*|sts:)/.test(action))).toEqual([]);
  });

  it('hands roles to the four services that use one', () => {
    expect(dev.find(({ Sid }) => Sid === 'HandRolesToServices')?.Condition).toEqual({
      StringEquals: {
        'iam:PassedToService': [
          'codedeploy.amazonaws.com',
          'events.amazonaws.com',
          'lambda.amazonaws.com',
          'states.amazonaws.com',
        ],
      },
    });
  });

  it('is no use of what it deploys: no call, no message, no value of a secret, no item', () => {
    const arn = (text: string) => `arn:aws:${text.replace('@', 'us-east-1:111122223333')}`;
    for (const [action, resource] of [
      ['lambda:InvokeFunction', 'lambda:@:function:dev_api'],
      ['lambda:InvokeFunctionUrl', 'lambda:@:function:dev_api'],
      ['states:StartExecution', 'states:@:stateMachine:dev-hitl-workflow'],
      ['states:SendTaskSuccess', 'states:@:stateMachine:dev-hitl-workflow'],
      ['events:PutEvents', 'events:@:event-bus/dev-agentcore'],
      ['sqs:SendMessage', 'sqs:@:dev-hitl-slack.fifo'],
      ['sns:Publish', 'sns:@:dev-hitl-notifications'],
      ['secretsmanager:PutSecretValue', 'secretsmanager:@:secret:agentcore-dev/mcp-AbCdEf'],
      ['secretsmanager:UpdateSecret', 'secretsmanager:@:secret:agentcore-dev/mcp-AbCdEf'],
      ...['BatchWriteItem', 'DeleteItem', 'PutItem', 'UpdateItem', 'PartiQLInsert', 'PutResourcePolicy'].map(
        (write) => [`dynamodb:${write}`, 'dynamodb:@:table/dev-directory'],
      ),
      ['logs:PutSubscriptionFilter', 'logs:@:log-group:/aws/lambda/dev_api'],
    ]) {
      expect([action, may(String(action), arn(String(resource)))]).toEqual([action, false]);
    }
  });

  it('keeps its own state under its own lock, and touches no other', () => {
    const bucket = 'arn:aws:s3:::hitl-mcp-state-111122223333-us-east-1';
    for (const action of ['s3:GetObject', 's3:PutObject', 's3:DeleteObject']) {
      expect(may(action, `${bucket}/dev/terraform.tfstate`)).toBe(true);
      for (const other of ['prod', 'bootstrap', 'dev-eu'])
        expect(may(action, `${bucket}/${other}/terraform.tfstate`)).toBe(false);
    }
    expect(may('s3:PutBucketPolicy', bucket)).toBe(false);
    const lock = 'arn:aws:dynamodb:us-east-1:111122223333:table/hitl-mcp-terraform-locks';
    expect(may('dynamodb:PutItem', lock)).toBe(true);
    for (const action of ['DeleteTable', 'Scan', 'BatchWriteItem', 'UpdateTable'])
      expect([action, may(`dynamodb:${action}`, lock)]).toEqual([action, false]);
    const keys = ['hitl-mcp-state-111122223333-us-east-1/dev/*'];
    expect(dev).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          Sid: 'LockState',
          Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': keys } },
        }),
        expect.objectContaining({
          Sid: 'NoOtherLocks',
          Effect: 'Deny',
          Condition: { 'ForAnyValue:StringNotLike': { 'dynamodb:LeadingKeys': keys } },
        }),
      ]),
    );
  });

  it('ends where another environment of the account begins', () => {
    expect(dev.at(-1)).toMatchObject({
      Effect: 'Deny',
      Action: ['*'],
      Condition: {
        StringEquals: { 'aws:ResourceTag/project': 'hitl-mcp' },
        StringNotLike: { 'aws:ResourceTag/environment': ['dev', 'bootstrap*'] },
      },
    });
    for (const [action, resource] of [
      ['dynamodb:DeleteTable', 'dynamodb:us-east-1:111122223333:table/prod-audit'],
      ['lambda:UpdateFunctionCode', 'lambda:us-east-1:111122223333:function:prod_api'],
      [
        'secretsmanager:DeleteSecret',
        'secretsmanager:us-east-1:111122223333:secret:agentcore-prod/mcp-AbCdEf',
      ],
    ])
      expect([action, may(String(action), `arn:aws:${resource}`)]).toEqual([action, false]);
  });
});

/** What it takes to make one of a type, on what. Of a type that is not here nobody has thought yet. */
const makingOf: Readonly<Record<string, readonly [action: string, resource: string]>> = {
  aws_apigatewayv2_api: ['apigateway:POST', 'arn:aws:apigateway:us-east-1::/apis'],
  aws_apigatewayv2_integration: ['apigateway:POST', 'arn:aws:apigateway:us-east-1::/apis/a/integrations'],
  aws_apigatewayv2_route: ['apigateway:POST', 'arn:aws:apigateway:us-east-1::/apis/a/routes'],
  aws_apigatewayv2_stage: ['apigateway:POST', 'arn:aws:apigateway:us-east-1::/apis/a/stages'],
  aws_bedrock_guardrail: ['bedrock:CreateGuardrail', '@bedrock:guardrail/g'],
  aws_bedrock_guardrail_version: ['bedrock:CreateGuardrailVersion', '@bedrock:guardrail/g'],
  aws_cloudwatch_dashboard: ['cloudwatch:PutDashboard', 'arn:aws:cloudwatch::111122223333:dashboard/NAME'],
  aws_cloudwatch_event_bus: ['events:CreateEventBus', '@events:event-bus/NAME'],
  aws_cloudwatch_event_rule: ['events:PutRule', '@events:rule/NAME'],
  aws_cloudwatch_event_target: ['events:PutTargets', '@events:rule/ENV-agentcore/ENV-action-requested'],
  aws_cloudwatch_log_group: ['logs:CreateLogGroup', '@logs:log-group:NAME'],
  aws_cloudwatch_metric_alarm: ['cloudwatch:PutMetricAlarm', '@cloudwatch:alarm:NAME'],
  aws_codedeploy_app: ['codedeploy:CreateApplication', '@codedeploy:application:NAME'],
  aws_codedeploy_deployment_group: [
    'codedeploy:CreateDeployment',
    '@codedeploy:deploymentgroup:ENV-hitl/NAME',
  ],
  aws_default_security_group: ['ec2:RevokeSecurityGroupIngress', '@ec2:security-group/sg-1'],
  aws_dynamodb_table: ['dynamodb:CreateTable', '@dynamodb:table/NAME'],
  aws_eip: ['ec2:AllocateAddress', '@ec2:elastic-ip/e'],
  aws_iam_role: ['iam:CreateRole', 'arn:aws:iam::111122223333:role/hitl-mcp/ENV/NAME'],
  aws_iam_role_policy: ['iam:PutRolePolicy', 'arn:aws:iam::111122223333:role/hitl-mcp/ENV/NAME'],
  aws_internet_gateway: ['ec2:CreateInternetGateway', '@ec2:internet-gateway/i'],
  aws_kms_alias: ['kms:CreateAlias', '@kms:NAME'],
  aws_kms_key: ['kms:CreateKey', '*'],
  aws_lambda_alias: ['lambda:CreateAlias', '@lambda:function:ENV_api'],
  aws_lambda_event_source_mapping: ['lambda:CreateEventSourceMapping', '*'],
  aws_lambda_function: ['lambda:CreateFunction', '@lambda:function:NAME'],
  aws_lambda_permission: ['lambda:AddPermission', '@lambda:function:ENV_api:live'],
  aws_nat_gateway: ['ec2:CreateNatGateway', '@ec2:natgateway/n'],
  aws_route: ['ec2:CreateRoute', '@ec2:route-table/r'],
  aws_route_table: ['ec2:CreateRouteTable', '@ec2:route-table/r'],
  aws_route_table_association: ['ec2:AssociateRouteTable', '@ec2:route-table/r'],
  aws_secretsmanager_secret: ['secretsmanager:CreateSecret', '@secretsmanager:secret:NAME'],
  aws_security_group: ['ec2:CreateSecurityGroup', '@ec2:security-group/sg-1'],
  aws_sfn_state_machine: ['states:CreateStateMachine', '@states:stateMachine:NAME'],
  aws_sns_topic: ['sns:CreateTopic', '@sns:NAME'],
  aws_sns_topic_policy: ['sns:SetTopicAttributes', '@sns:ENV-hitl-alarms'],
  aws_sqs_queue: ['sqs:CreateQueue', '@sqs:NAME'],
  aws_sqs_queue_policy: ['sqs:SetQueueAttributes', '@sqs:ENV-hitl-slack.fifo'],
  aws_sqs_queue_redrive_allow_policy: ['sqs:SetQueueAttributes', '@sqs:ENV-hitl-slack.fifo'],
  aws_subnet: ['ec2:CreateSubnet', '@ec2:subnet/s'],
  aws_vpc: ['ec2:CreateVpc', '@ec2:vpc/v'],
  aws_vpc_endpoint: ['ec2:CreateVpcEndpoint', '@ec2:vpc-endpoint/v'],
  aws_vpc_security_group_egress_rule: ['ec2:AuthorizeSecurityGroupEgress', '@ec2:security-group/sg-1'],
  aws_vpc_security_group_ingress_rule: ['ec2:AuthorizeSecurityGroupIngress', '@ec2:security-group/sg-1'],
};

describe.each(stacks)('$name, where GitHub deploys it', ({ name, stack }) => {
  const boundary = boundaryOf(name);

  it('can be made by its role, whatever it is made of', () => {
    const apply = applyOf(name);
    for (const [id, resource] of stack.resources) {
      const making = makingOf[id.split('.')[0] ?? ''];
      if (making === undefined) throw new Error(`${id}: what does it take to make one?`);
      const { name: plain, ...names } = resource;
      const called =
        ['function_name', 'alarm_name', 'dashboard_name', 'deployment_group_name']
          .map((member) => names[member])
          .find((text) => text !== undefined) ?? plain;
      const [action, pattern] = making;
      const arn = pattern
        .replace(/^@(\w+):/, 'arn:aws:$1:us-east-1:111122223333:')
        .replaceAll('ENV', name)
        .replace('NAME', String(called));
      expect([id, isAllowed(apply, action, arn)]).toEqual([id, true]);
    }
  });

  it('has each role under its boundary and below its path', () => {
    for (const role of stack.all('aws_iam_role')) {
      expect(role.path).toBe(`/hitl-mcp/${name}/`);
      expect(role.permissions_boundary).toMatch(new RegExp(`:policy/hitl-mcp-boundary-${name}$`));
    }
  });

  it('has no right that the boundary takes away again', () => {
    const rights = rightsIn(stack);
    expect(rights.length).toBeGreaterThan(100);
    const lost = rights.filter(({ action, resource }) => !isAllowed(boundary, action, resource));
    expect(lost).toEqual([]);
  });

  it('has a boundary without IAM, and without an action that no role has', () => {
    const every = new Set(stacks.flatMap((one) => rightsIn(one.stack).map(({ action }) => action)));
    const extra = boundary
      .filter(({ Effect }) => Effect === 'Allow')
      .flatMap(({ Action }) => Action)
      .filter((action) => !every.has(action));
    // No environment here calls a gateway of AgentCore.
    expect(extra).toEqual(['bedrock-agentcore:InvokeGateway']);
    expect([...every].filter((action) => /^(iam|sts|organizations):/.test(action))).toEqual([]);
  });

  it('has a boundary that ends at the names of other environments', () => {
    const unnamed = /^arn:aws:(bedrock|bedrock-agentcore|kms|ec2):/;
    for (const other of stacks.filter((one) => one.name !== name)) {
      const named = rightsIn(other.stack).filter(
        ({ resource }) => resource !== '*' && !unnamed.test(resource),
      );
      expect(named.filter(({ action, resource }) => isAllowed(boundary, action, resource))).toEqual([]);
    }
  });

  it('keeps the record, the people and the passwords from any role, whatever is written into it', () => {
    const table = (of: string) => `arn:aws:dynamodb:us-east-1:111122223333:table/${name}-${of}`;
    for (const [action, resource] of [
      ['dynamodb:UpdateItem', table('audit')],
      ['dynamodb:DeleteItem', table('audit')],
      ['dynamodb:BatchWriteItem', table('audit')],
      ['dynamodb:DeleteItem', table('blobs')],
      ['dynamodb:PutItem', table('directory')],
      [
        'secretsmanager:GetSecretValue',
        `arn:aws:secretsmanager:us-east-1:111122223333:secret:agentcore-${name}/initial-passwords/jo-AbCdEf`,
      ],
    ])
      expect([action, resource, isAllowed(boundary, String(action), String(resource))]).toEqual([
        ...[action, resource],
        false,
      ]);
  });
});

it('leaves the roles of an environment that GitHub does not deploy without a boundary', () => {
  const others = { ...bootstrap, github: { ...github, environments: ['prod'] } };
  for (const data of [bootstrap, others]) {
    for (const role of synthesizeStack('dev', dev, { bootstrap: data }).all('aws_iam_role')) {
      expect(role.permissions_boundary).toBeUndefined();
      expect(role.path).toBe('/hitl-mcp/dev/');
    }
  }
});

it('lets additions say what they need, for their roles and for whoever deploys them', () => {
  const stack = synthesizeStack('bootstrap', bootstrapData, {
    rights: ({ place, environment }) => {
      const resources = [place.arn('ses', `identity/${environment}.example.com`)];
      return {
        roles: [{ sid: 'Mail', actions: ['ses:SendEmail'], resources }],
        deployment: [{ sid: 'Mail', actions: ['ses:CreateEmailIdentity'], resources }],
      };
    },
  });
  expect(stack.one('aws_iam_policy', 'name', 'hitl-mcp-boundary-dev').policy).toContain('"ses:SendEmail"');
  expect(stack.grantsOf('hitl-mcp-apply-dev')).toEqual(
    expect.arrayContaining([expect.objectContaining({ Action: ['ses:CreateEmailIdentity'] })]),
  );
});

it('stays within what IAM takes, also for the longest name there can be', () => {
  const longest = 'e'.repeat(20);
  const stack = synthesizeStack('bootstrap', {
    ...bootstrap,
    aws_region: 'ap-southeast-1',
    github: { ...github, environments: [longest] },
  });
  // IAM counts no white space; ours has none.
  const sizeOf = (policy: unknown) => resolveReferences(stack, String(policy)).length;
  expect(sizeOf(stack.all('aws_iam_policy')[0]?.policy)).toBeLessThanOrEqual(6144);
  for (const { policy } of stack.all('aws_iam_role_policy'))
    expect(sizeOf(policy)).toBeLessThanOrEqual(10_240);
});
