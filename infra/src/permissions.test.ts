import { describe, expect, it } from '@jest/globals';
import dev from '../../environments/dev.ts';
import prod from '../../environments/prod.ts';
import staging from '../../environments/staging.ts';
import { type Statement, type SynthesizedStack, synthesizeStack } from '../test/read-stack.ts';
import { writePolicy } from './constructs/write-policy.ts';

const stacks = {
  dev: synthesizeStack('dev', dev),
  staging: synthesizeStack('staging', staging),
  prod: synthesizeStack('prod', prod),
};
const every = Object.entries(stacks).map(([name, stack]) => ({ name, stack }));

/** What each statement lets its role do. Written out, so that a wider grant is seen in review. */
const actionsOf: Readonly<Record<string, readonly string[]>> = {
  WriteLogs: ['logs:CreateLogStream', 'logs:PutLogEvents'],
  WriteTraces: ['xray:PutTelemetryRecords', 'xray:PutTraceSegments'],
  SendDeadLetters: ['sqs:SendMessage'],
  ReadRuns: ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:Query'],
  ReadWriteRuns: ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:PutItem'],
  ReadApprovals: ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:Query'],
  ReadWriteApprovals: ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:PutItem'],
  ReadAudit: ['dynamodb:BatchGetItem', 'dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:Scan'],
  ReadWriteAudit: [
    'dynamodb:BatchGetItem',
    'dynamodb:GetItem',
    'dynamodb:Query',
    'dynamodb:Scan',
    'dynamodb:PutItem',
  ],
  ReadBlobs: ['dynamodb:Query'],
  ReadWriteBlobs: ['dynamodb:Query', 'dynamodb:BatchWriteItem', 'dynamodb:PutItem'],
  ReadWriteSlackSessions: [
    'dynamodb:BatchGetItem',
    'dynamodb:GetItem',
    'dynamodb:Query',
    'dynamodb:BatchWriteItem',
    'dynamodb:PutItem',
  ],
  ReadWriteCoordination: [
    'dynamodb:GetItem',
    'dynamodb:Query',
    'dynamodb:DeleteItem',
    'dynamodb:PutItem',
    'dynamodb:UpdateItem',
  ],
  ReadDirectory: ['dynamodb:GetItem'],
  LockUsers: ['dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:UpdateItem'],
  ReadSecrets: ['secretsmanager:GetSecretValue'],
  KeepInstallations: [
    'secretsmanager:CreateSecret',
    'secretsmanager:GetSecretValue',
    'secretsmanager:PutSecretValue',
    'secretsmanager:TagResource',
  ],
  UseInstallations: [
    'secretsmanager:DeleteSecret',
    'secretsmanager:GetSecretValue',
    'secretsmanager:PutSecretValue',
  ],
  HandOverPasswords: [
    'secretsmanager:CreateSecret',
    'secretsmanager:DeleteSecret',
    'secretsmanager:TagResource',
  ],
  SendSlackJobs: ['sqs:SendMessage'],
  TakeSlackJobs: [
    'sqs:ChangeMessageVisibility',
    'sqs:DeleteMessage',
    'sqs:GetQueueAttributes',
    'sqs:ReceiveMessage',
  ],
  StartWorkflow: ['states:StartExecution'],
  LookAtExecutions: ['states:DescribeExecution'],
  AnswerTasks: ['states:SendTaskSuccess'],
  PutEvents: ['events:PutEvents'],
  PublishNotifications: ['sns:Publish'],
  InvokeProfile: ['bedrock:InvokeModel', 'bedrock:InvokeModelWithResponseStream'],
  InvokeModelByProfile: ['bedrock:InvokeModel', 'bedrock:InvokeModelWithResponseStream'],
  InvokeRequestApproval: ['lambda:InvokeFunction'],
  InvokeAdvance: ['lambda:InvokeFunction'],
  InvokeExpire: ['lambda:InvokeFunction'],
  ApplyGuardrail: ['bedrock:ApplyGuardrail'],
  UseKey: ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey'],
  AttachToVpc: [
    'ec2:CreateNetworkInterface',
    'ec2:DeleteNetworkInterface',
    'ec2:AssignPrivateIpAddresses',
    'ec2:UnassignPrivateIpAddresses',
  ],
  LookAtVpc: ['ec2:DescribeNetworkInterfaces', 'ec2:DescribeSubnets'],
  DeliverLogs: [
    'logs:CreateLogDelivery',
    'logs:DeleteLogDelivery',
    'logs:DescribeLogGroups',
    'logs:DescribeResourcePolicies',
    'logs:GetLogDelivery',
    'logs:ListLogDeliveries',
    'logs:PutResourcePolicy',
    'logs:UpdateLogDelivery',
  ],
  ShiftAliases: [
    'lambda:GetAlias',
    'lambda:GetFunction',
    'lambda:GetProvisionedConcurrencyConfig',
    'lambda:UpdateAlias',
  ],
  WatchAlarms: ['cloudwatch:DescribeAlarms'],
};
/** The state machine's traces are sampled by it. */
const workflowTraces = [
  'xray:GetSamplingRules',
  'xray:GetSamplingTargets',
  'xray:PutTelemetryRecords',
  'xray:PutTraceSegments',
];
const always = ['WriteLogs', 'WriteTraces'];
const stores = ['ReadWriteRuns', 'ReadWriteApprovals', 'ReadWriteAudit', 'ReadWriteBlobs'];
const drives = ['StartWorkflow', 'LookAtExecutions', 'AnswerTasks'];
const told = ['InvokeRequestApproval'];

/** Behind the name of the environment. */
const rolesOfEvery: Readonly<Record<string, readonly string[]>> = {
  _api: [
    ...always,
    ...stores,
    'ReadWriteSlackSessions',
    'ReadWriteCoordination',
    'ReadDirectory',
    'ReadSecrets',
    ...drives,
    ...told,
  ],
  _advance: [
    ...always,
    'SendDeadLetters',
    ...stores,
    'ReadWriteSlackSessions',
    'ReadWriteCoordination',
    'ReadDirectory',
    'ReadSecrets',
    ...drives,
    'InvokeProfile',
    'InvokeModelByProfile',
    ...told,
  ],
  _hitl_approval: [
    ...always,
    'SendDeadLetters',
    'ReadWriteCoordination',
    'ReadRuns',
    'ReadApprovals',
    'ReadAudit',
    'ReadBlobs',
    'ReadSecrets',
    'PutEvents',
    'PublishNotifications',
    'SendSlackJobs',
  ],
  _expire_approval: [...always, 'SendDeadLetters', ...stores, ...drives, ...told],
  _slack_ingress: [...always, 'ReadWriteCoordination', 'ReadSecrets', 'KeepInstallations', 'SendSlackJobs'],
  _slack_worker: [
    ...always,
    ...stores,
    'ReadWriteSlackSessions',
    'ReadWriteCoordination',
    'ReadDirectory',
    'ReadSecrets',
    'UseInstallations',
    ...drives,
    ...told,
    'SendSlackJobs',
    'TakeSlackJobs',
  ],
  _google_mcp: [...always, 'ReadSecrets', 'HandOverPasswords', 'LockUsers'],
  _jira_mcp: [...always, 'ReadSecrets'],
  '-hitl-workflow': ['InvokeAdvance', 'InvokeExpire', 'DeliverLogs', 'WriteTraces'],
  '-action-requested': ['StartWorkflow'],
};

const attached = ['AttachToVpc', 'LookAtVpc', 'OnlyLambdaItself'];
/** What the environments add to that. */
const rolesOf: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>> = {
  dev: rolesOfEvery,
  staging: withMore({ _advance: ['ApplyGuardrail'] }, attached),
  prod: {
    ...withMore(
      { _advance: ['ApplyGuardrail'] },
      // Every function reads a secret or a table.
      [...attached, 'UseKey'],
    ),
    '-hitl-deployments': ['ShiftAliases', 'WatchAlarms'],
  },
};

function withMore(
  more: Readonly<Record<string, readonly string[]>>,
  ofFunctions: readonly string[],
): Record<string, readonly string[]> {
  return Object.fromEntries(
    Object.entries(rolesOfEvery).map(([role, sids]) => [
      role,
      [...sids, ...(more[role] ?? []), ...(role.startsWith('_') ? ofFunctions : [])],
    ]),
  );
}

describe('least privilege', () => {
  describe.each(every)('of the roles of $name', ({ name, stack }) => {
    const roles = Object.entries(rolesOf[name] ?? {}).map(([role, sids]) => ({
      role: `${name}${role}`,
      sids,
    }));

    it('has no other role than these', () => {
      const names = stack.all('aws_iam_role').map((role) => role.name);
      expect(names.sort()).toEqual(roles.map(({ role }) => role).sort());
      expect(stack.all('aws_iam_role_policy_attachment')).toEqual([]);
    });

    it.each(roles)('$role may do this and no more', ({ role, sids }) => {
      const statements = stack.grantsOf(role);
      expect(statements.map((statement) => statement.Sid).sort()).toEqual([...sids].sort());
      for (const { Sid, Effect, Action } of statements) {
        if (Effect === 'Deny') continue;
        const isWorkflow = role === `${name}-hitl-workflow` && Sid === 'WriteTraces';
        expect([Sid, Action]).toEqual([Sid, isWorkflow ? workflowTraces : actionsOf[Sid]]);
      }
    });
  });

  it('lets nobody change or delete an entry of the record', () => {
    for (const { where, statements } of stacks.dev.policies) {
      for (const { Sid, Action } of statements.filter((s) => String(s.Resource).includes('tables_audit'))) {
        for (const action of ['dynamodb:UpdateItem', 'dynamodb:DeleteItem', 'dynamodb:BatchWriteItem']) {
          expect([where, Sid, Action]).not.toEqual([where, Sid, expect.arrayContaining([action])]);
        }
      }
    }
  });

  it('gives each function the secrets that it uses and no other', () => {
    const secretsOf = (roleName: string) =>
      grant(stacks.dev, roleName, 'ReadSecrets').Resource?.map((arn) => /secrets_([a-z]+)_/.exec(arn)?.[1]);
    expect(secretsOf('dev_google_mcp')).toEqual(['google', 'mcp']);
    expect(secretsOf('dev_jira_mcp')).toEqual(['jira', 'mcp']);
    expect(secretsOf('dev_hitl_approval')).toEqual(['notifications']);
    expect(secretsOf('dev_advance')).toEqual(['mcp']);
    expect(secretsOf('dev_slack_ingress')).toEqual(['slack']);
    expect(secretsOf('dev_slack_worker')).toEqual(['slack', 'mcp']);
  });

  it('lets a function make secrets below a folder of its own and nowhere else', () => {
    const folder = (roleName: string, sid: string) =>
      grant(stacks.dev, roleName, sid).Resource?.map((arn) => arn.replace(/^.*:secret:/, ''));
    expect(folder('dev_slack_ingress', 'KeepInstallations')).toEqual(['agentcore-dev/slack/*']);
    expect(folder('dev_slack_worker', 'UseInstallations')).toEqual(['agentcore-dev/slack/*']);
    expect(folder('dev_google_mcp', 'HandOverPasswords')).toEqual(['agentcore-dev/initial-passwords/*']);
  });

  it('lets nobody read a password back that was handed over', () => {
    const readers = stacks.dev.policies.flatMap(({ where, statements }) =>
      statements
        .filter(
          ({ Action, Resource }) =>
            Action.includes('secretsmanager:GetSecretValue') &&
            JSON.stringify(Resource).includes('initial-passwords'),
        )
        .map(() => where),
    );
    expect(readers).toEqual([]);
  });

  it('lets the Google server lock users in the coordination table and touch no other item', () => {
    expect(grant(stacks.dev, 'dev_google_mcp', 'LockUsers')).toMatchObject({
      Resource: [expect.stringContaining('tables_coordination')],
      Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['item#lease:google-user/*'] } },
    });
  });

  it('lets no function write who may decide', () => {
    const writers = stacks.dev.policies.flatMap(({ where, statements }) =>
      statements
        .filter(({ Resource }) => JSON.stringify(Resource ?? '').includes('tables_directory'))
        .filter(({ Action }) => Action.some((action) => action !== 'dynamodb:GetItem'))
        .map(() => where),
    );
    expect(writers).toEqual([]);
  });

  it('lets the Slack worker call AgentCore only where the environment names it', () => {
    const url = 'https://bedrock-agentcore.us-east-1.amazonaws.com/runtimes/agent/invocations';
    const arn = 'arn:aws:bedrock-agentcore:us-east-1:111122223333:runtime/agent-Abc123';
    const runtime = synthesizeStack('dev', {
      ...dev,
      agentcore_gateway_url: url,
      agentcore_gateway_arn: arn,
    });
    expect(grant(runtime, 'dev_slack_worker', 'InvokeAgentCore')).toMatchObject({
      Action: ['bedrock-agentcore:InvokeAgentRuntime', 'bedrock-agentcore:InvokeAgentRuntimeForUser'],
      Resource: [arn, `${arn}/runtime-endpoint/*`],
    });
    expect(runtime.one('aws_lambda_function', 'function_name', 'dev_slack_worker').environment).toMatchObject(
      { variables: { AGENTCORE_GATEWAY_URL: url } },
    );
    const gateway = synthesizeStack('dev', {
      ...dev,
      agentcore_gateway_url: url,
      agentcore_gateway_arn: arn.replace('runtime/agent', 'gateway/tools'),
    });
    expect(grant(gateway, 'dev_slack_worker', 'InvokeAgentCore').Action).toEqual([
      'bedrock-agentcore:InvokeGateway',
    ]);
    const withBearer = synthesizeStack('dev', { ...dev, agentcore_gateway_url: url });
    for (const stack of [stacks.dev, withBearer]) {
      expect(stack.grantsOf('dev_slack_worker').map(({ Sid }) => Sid)).not.toContain('InvokeAgentCore');
    }
  });

  it('lets the agent call one model, by its profile alone, and the guardrail of its environment', () => {
    const profile = grant(stacks.prod, 'prod_advance', 'InvokeProfile').Resource;
    expect(profile).toEqual([expect.stringMatching(/:inference-profile\/us\.anthropic\.claude[\w.-]+$/)]);
    expect(grant(stacks.prod, 'prod_advance', 'InvokeModelByProfile')).toMatchObject({
      Resource: [expect.stringMatching(/:bedrock:\*::foundation-model\/anthropic\.claude[\w.-]+$/)],
      Condition: { StringEquals: { 'bedrock:InferenceProfileArn': profile?.[0] } },
    });
    expect(grant(stacks.prod, 'prod_advance', 'ApplyGuardrail').Resource).toEqual([
      expect.stringContaining('aws_bedrock_guardrail'),
    ]);
  });

  it('uses the key of prod through the services that it is for', () => {
    const through = (roleName: string) =>
      grant(stacks.prod, roleName, 'UseKey').Condition?.StringEquals?.['kms:ViaService'];
    expect(through('prod_jira_mcp')).toEqual(['secretsmanager.us-east-1.amazonaws.com']);
    expect(through('prod_google_mcp')).toEqual([
      'dynamodb.us-east-1.amazonaws.com',
      'secretsmanager.us-east-1.amazonaws.com',
    ]);
    expect(through('prod_advance')).toEqual([
      'dynamodb.us-east-1.amazonaws.com',
      'secretsmanager.us-east-1.amazonaws.com',
    ]);
    expect(through('prod_hitl_approval')).toContain('sns.us-east-1.amazonaws.com');
  });

  it("keeps an attached function's own code from the network rights that Lambda needs", () => {
    const attach = grant(stacks.prod, 'prod_advance', 'AttachToVpc');
    const deny = grant(stacks.prod, 'prod_advance', 'OnlyLambdaItself');
    expect(deny.Effect).toBe('Deny');
    expect(deny.Action).toEqual(expect.arrayContaining([...attach.Action]));
    expect(deny.Condition?.ArnEquals?.['lambda:SourceFunctionArn']).toMatch(/:function:prod_advance$/);
  });

  describe.each(every)('in $name', ({ stack }) => {
    const allowed = stack.policies.flatMap(({ where, statements }) =>
      statements.filter((s) => s.Effect === 'Allow').map((statement) => ({ where, ...statement })),
    );

    it('no action is a pattern', () => {
      expect(allowed.filter(({ Action }) => Action.some((action) => action.includes('*')))).toEqual([]);
    });

    it('every resource is named, but for services that know no resource and for the key that a key policy stands on', () => {
      const wide = allowed.filter(({ Resource }) => Resource?.includes('*'));
      expect([...new Set(wide.map(({ Sid }) => Sid))].sort()).toEqual(
        [
          ...(stack === stacks.prod ? ['AlarmsReachTheirTopic', 'TheAccountDecidesByItsRoles'] : []),
          ...(stack === stacks.dev ? [] : ['LookAtVpc']),
          'DeliverLogs',
          'WriteTraces',
        ].sort(),
      );
    });

    it('nothing is allowed to everybody', () => {
      expect(allowed.filter(({ Principal }) => JSON.stringify(Principal ?? '').includes('*'))).toEqual([]);
    });

    it('a service acts for this account only, wherever it could be made to act for another', () => {
      for (const { where, Principal, Condition } of allowed.filter((s) => s.Sid === 'Trust')) {
        const { Service } = Principal as { Service: string };
        if (Service === 'lambda.amazonaws.com') continue;
        expect([where, Condition?.StringEquals?.['aws:SourceAccount']]).toEqual([
          where,
          expect.stringContaining('account_id'),
        ]);
      }
    });

    it('topics are reached over TLS only', () => {
      const topics = stack.policies.filter(({ where }) => where.startsWith('aws_sns_topic_policy'));
      expect(topics).toHaveLength(2);
      for (const { statements } of topics) {
        expect(statements).toContainEqual(
          expect.objectContaining({
            Effect: 'Deny',
            Condition: { Bool: { 'aws:SecureTransport': 'false' } },
          }),
        );
      }
    });
  });

  it('refuses to write a grant with a pattern for an action', () => {
    expect(() => writePolicy([{ sid: 'Wide', actions: ['dynamodb:*'], resources: ['arn'] }])).toThrow(
      'policy statement Wide: the action "dynamodb:*" must be listed by name',
    );
  });
});

function grant(stack: SynthesizedStack, roleName: string, sid: string): Statement {
  const found = stack.grantsOf(roleName).find((statement) => statement.Sid === sid);
  if (found === undefined) throw new Error(`${roleName} has no grant ${sid}`);
  return found;
}
