import type { Place } from './place.ts';
import type { PolicyStatement } from './write-policy.ts';

/** In IAM: every role of an environment is below it, and nothing else is. */
export function rolePath(environment: string): string {
  return `/hitl-mcp/${environment}/`;
}

export function boundaryName(environment: string): string {
  return `hitl-mcp-boundary-${environment}`;
}

export function boundaryArn(place: Place, environment: string): string {
  return `arn:${place.partition}:iam::${place.accountId}:policy/${boundaryName(environment)}`;
}

/**
 * What any role of an environment may do at most, whoever writes its grants: what the stacks give to some role, on names of that
 * environment, and nothing of IAM. A boundary grants nothing by itself.
 */
export function limitRoles(place: Place, environment: string): PolicyStatement[] {
  const table = (name: string) => place.arn('dynamodb', `table/${environment}-${name}`);
  return [
    {
      sid: 'Own',
      actions: [
        'cloudwatch:DescribeAlarms',
        ...['BatchGetItem', 'BatchWriteItem', 'DeleteItem', 'GetItem', 'PutItem', 'Query', 'Scan'].map(
          (action) => `dynamodb:${action}`,
        ),
        'dynamodb:UpdateItem',
        'events:PutEvents',
        'lambda:GetAlias',
        'lambda:GetFunction',
        'lambda:GetProvisionedConcurrencyConfig',
        'lambda:InvokeFunction',
        'lambda:UpdateAlias',
        'logs:CreateLogStream',
        'logs:PutLogEvents',
        'secretsmanager:CreateSecret',
        'secretsmanager:DeleteSecret',
        'secretsmanager:GetSecretValue',
        'secretsmanager:PutSecretValue',
        'secretsmanager:TagResource',
        'sns:Publish',
        'sqs:ChangeMessageVisibility',
        'sqs:DeleteMessage',
        'sqs:GetQueueAttributes',
        'sqs:ReceiveMessage',
        'sqs:SendMessage',
        'states:DescribeExecution',
        'states:SendTaskSuccess',
        'states:StartExecution',
      ],
      resources: [
        place.arn('cloudwatch', `alarm:${environment}-*`),
        table('*'),
        place.arn('events', `event-bus/${environment}-*`),
        place.arn('lambda', `function:${environment}_*`),
        place.arn('logs', `log-group:/aws/lambda/${environment}_*`),
        place.arn('secretsmanager', `secret:agentcore-${environment}/*`),
        place.arn('sns', `${environment}-*`),
        place.arn('sqs', `${environment}-*`),
        place.arn('sqs', `${environment}_*`),
        place.arn('states', `execution:${environment}-*`),
        place.arn('states', `stateMachine:${environment}-*`),
      ],
    },
    {
      sid: 'RecordIsKept',
      effect: 'Deny',
      actions: ['dynamodb:BatchWriteItem', 'dynamodb:DeleteItem', 'dynamodb:UpdateItem'],
      resources: [table('audit'), table('directory')],
    },
    {
      sid: 'ChunksAreKept',
      effect: 'Deny',
      actions: ['dynamodb:DeleteItem', 'dynamodb:UpdateItem'],
      resources: [table('blobs')],
    },
    {
      sid: 'PeopleDecideWhoDecides',
      effect: 'Deny',
      actions: ['dynamodb:PutItem'],
      resources: [table('directory')],
    },
    {
      sid: 'PasswordsAreHandedOver',
      effect: 'Deny',
      actions: ['secretsmanager:GetSecretValue'],
      resources: [place.arn('secretsmanager', `secret:agentcore-${environment}/initial-passwords/*`)],
    },
    {
      sid: 'Models',
      actions: [
        'bedrock:ApplyGuardrail',
        'bedrock:InvokeModel',
        'bedrock:InvokeModelWithResponseStream',
        'bedrock-agentcore:InvokeAgentRuntime',
        'bedrock-agentcore:InvokeAgentRuntimeForUser',
        'bedrock-agentcore:InvokeGateway',
      ],
      // Which model and which agent is data of the environment, which may choose others without its bootstrap.
      resources: [
        `arn:${place.partition}:bedrock:*::foundation-model/*`,
        place.arn('bedrock', 'guardrail/*'),
        place.arn('bedrock', 'inference-profile/*'),
        `arn:${place.partition}:bedrock-agentcore:*:*:gateway/*`,
        `arn:${place.partition}:bedrock-agentcore:*:*:runtime/*`,
      ],
    },
    {
      sid: 'Key',
      actions: ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey'],
      resources: [place.arn('kms', 'key/*')],
      condition: {
        StringEquals: {
          'kms:ViaService': ['dynamodb', 'secretsmanager', 'sns'].map(
            (service) => `${service}.${place.region}.amazonaws.com`,
          ),
        },
      },
    },
    {
      sid: 'Unnamed',
      actions: [
        'ec2:AssignPrivateIpAddresses',
        'ec2:CreateNetworkInterface',
        'ec2:DeleteNetworkInterface',
        'ec2:DescribeNetworkInterfaces',
        'ec2:DescribeSubnets',
        'ec2:UnassignPrivateIpAddresses',
        'logs:CreateLogDelivery',
        'logs:DeleteLogDelivery',
        'logs:DescribeLogGroups',
        'logs:DescribeResourcePolicies',
        'logs:GetLogDelivery',
        'logs:ListLogDeliveries',
        'logs:PutResourcePolicy',
        'logs:UpdateLogDelivery',
        'xray:GetSamplingRules',
        'xray:GetSamplingTargets',
        'xray:PutTelemetryRecords',
        'xray:PutTraceSegments',
      ],
      resources: ['*'],
    },
  ];
}
