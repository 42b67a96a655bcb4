import type { Place } from './place.ts';
import { lockTable } from './refuse-data.ts';
import { boundaryArn, rolePath } from './role-boundary.ts';
import type { PolicyStatement } from './write-policy.ts';

export interface ApplyRightsProps {
  readonly place: Place;
  readonly environment: string;
  readonly stateBucketArn: string;
  /** Patterns of the environment's own state files and of their items in the lock table. */
  readonly states: string;
  readonly lockKeys: string;
}

const all = ['*'];

/** What it takes to deploy one environment: its state, its roles within their boundary, and the services that its stack is made of. */
export function grantApply(props: ApplyRightsProps): PolicyStatement[] {
  return [...keepState(props), ...manageRoles(props), ...manageServices(props)];
}

function keepState({ place, stateBucketArn, states, lockKeys }: ApplyRightsProps): PolicyStatement[] {
  return [
    { sid: 'FindState', actions: ['s3:ListBucket'], resources: [stateBucketArn] },
    {
      sid: 'KeepState',
      actions: ['s3:DeleteObject', 's3:GetObject', 's3:PutObject'],
      resources: [states],
    },
    {
      sid: 'LockState',
      actions: ['dynamodb:DeleteItem', 'dynamodb:DescribeTable', 'dynamodb:GetItem', 'dynamodb:PutItem'],
      resources: [lockTable(place)],
      condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': [lockKeys] } },
    },
  ];
}

/**
 * Roles of the environment only, by their path, and each only within the boundary: whoever may write a role's grants and hand it to a
 * function has whatever the role may have.
 */
function manageRoles({ place, environment }: ApplyRightsProps): PolicyStatement[] {
  const roles = [`arn:${place.partition}:iam::${place.accountId}:role${rolePath(environment)}*`];
  const boundary = { 'iam:PermissionsBoundary': boundaryArn(place, environment) };
  const bounded = ['CreateRole', 'DeleteRolePolicy', 'PutRolePermissionsBoundary', 'PutRolePolicy'];
  const reads = ['GetRole', 'GetRolePolicy', 'ListAttachedRolePolicies', 'ListInstanceProfilesForRole'];
  const listings = ['ListRolePolicies', 'ListRoleTags'];
  const changes = ['DeleteRole', 'TagRole', 'UntagRole'];
  const updates = ['UpdateAssumeRolePolicy', 'UpdateRole', 'UpdateRoleDescription'];
  return [
    {
      sid: 'MakeRoles',
      actions: bounded.map((action) => `iam:${action}`),
      resources: roles,
      condition: { StringEquals: boundary },
    },
    {
      sid: 'ManageRoles',
      actions: [...reads, ...listings, ...changes, ...updates].map((action) => `iam:${action}`),
      resources: roles,
    },
    {
      sid: 'HandRolesToServices',
      actions: ['iam:PassRole'],
      resources: roles,
      condition: {
        StringEquals: {
          'iam:PassedToService': ['codedeploy', 'events', 'lambda', 'states'].map(
            (service) => `${service}.amazonaws.com`,
          ),
        },
      },
    },
    {
      // Of AWS's services, which nobody else can act as.
      sid: 'LetServicesActForThemselves',
      actions: ['iam:CreateServiceLinkedRole'],
      resources: [`arn:${place.partition}:iam::${place.accountId}:role/aws-service-role/*`],
    },
    {
      // Whatever else this role is given one day.
      sid: 'NoRoleWithoutBoundary',
      effect: 'Deny',
      actions: ['iam:AttachRolePolicy', ...bounded.map((action) => `iam:${action}`)],
      resources: all,
      condition: { StringNotEquals: boundary },
    },
    {
      sid: 'NoOtherBoundary',
      effect: 'Deny',
      actions: [
        'iam:CreatePolicyVersion',
        'iam:DeletePolicy',
        'iam:DeletePolicyVersion',
        'iam:DeleteRolePermissionsBoundary',
        'iam:SetDefaultPolicyVersion',
      ],
      resources: all,
    },
  ];
}

/** By name where a service lets its resources be named, which is what keeps this from other people's. */
function manageServices({ place, environment }: ApplyRightsProps): PolicyStatement[] {
  const { partition, accountId, region } = place;
  /** Functions have an underscore behind the environment's name, everything else a dash. */
  const named = (service: string, type: string) =>
    ['-', '_'].map((separator) => place.arn(service, `${type}${environment}${separator}*`));
  return [
    {
      sid: 'ManageNamed',
      actions: [],
      patterns: [
        'cloudwatch',
        'codedeploy',
        'dynamodb',
        'events',
        'lambda',
        'logs',
        's3',
        'secretsmanager',
        'sns',
        'sqs',
        'states',
      ].map((service) => `${service}:*`),
      resources: [
        place.arn('cloudwatch', `alarm:${environment}-*`),
        `arn:${partition}:cloudwatch::${accountId}:dashboard/${environment}-*`,
        place.arn('codedeploy', `application:${environment}-*`),
        place.arn('codedeploy', `deploymentgroup:${environment}-*`),
        // In the regions of replicas as well.
        `arn:${partition}:dynamodb:*:${accountId}:table/${environment}-*`,
        place.arn('events', `event-bus/${environment}-*`),
        place.arn('events', `rule/${environment}-*`),
        ...named('lambda', 'function:'),
        ...named('logs', 'log-group:*/'),
        `arn:${partition}:s3:::${environment}-*`,
        place.arn('secretsmanager', `secret:agentcore-${environment}/*`),
        ...named('sns', ''),
        ...named('sqs', ''),
        place.arn('states', `stateMachine:${environment}-*`),
      ],
    },
    {
      sid: 'ManageNetworksAndApis',
      actions: [],
      patterns: [
        'apigateway:*',
        ...['Address', 'InternetGateway', 'NatGateway', 'NetworkAcl', 'NetworkInterface', 'Route', 'Vpc'].map(
          (kind) => `ec2:*${kind}*`,
        ),
        'ec2:*SecurityGroup*',
        'ec2:*Subnet*',
        'ec2:*Tags',
      ],
      resources: [`arn:${partition}:apigateway:${region}::*`, place.arn('ec2', '*')],
    },
    {
      sid: 'ManageUnnamed',
      actions: [
        'bedrock:CreateGuardrail',
        'bedrock:CreateGuardrailVersion',
        'bedrock:DeleteGuardrail',
        'bedrock:TagResource',
        'bedrock:UntagResource',
        'bedrock:UpdateGuardrail',
        'kms:CreateAlias',
        'kms:CreateKey',
        'kms:DeleteAlias',
        'kms:EnableKey',
        'kms:EnableKeyRotation',
        'kms:TagResource',
        'kms:UpdateAlias',
        'kms:UpdateKeyDescription',
        'logs:CreateLogDelivery',
        'logs:DeleteLogDelivery',
        'logs:GetLogDelivery',
        'logs:PutResourcePolicy',
        'logs:UpdateLogDelivery',
        'sns:SetSubscriptionAttributes',
        'sns:Unsubscribe',
        'states:ValidateStateMachineDefinition',
      ],
      resources: all,
    },
    {
      // Functions are fed by what asks for them; whose function it is decides.
      sid: 'ManageSources',
      actions: [
        'lambda:CreateEventSourceMapping',
        'lambda:DeleteEventSourceMapping',
        'lambda:UpdateEventSourceMapping',
      ],
      resources: all,
      condition: { ArnLike: { 'lambda:FunctionArn': named('lambda', 'function:') } },
    },
    {
      sid: 'TagSources',
      actions: ['lambda:TagResource', 'lambda:UntagResource'],
      resources: [place.arn('lambda', 'event-source-mapping:*')],
    },
    {
      // Its policy is left out: who may use a key is changed by a person.
      sid: 'ManageOwnKey',
      actions: ['kms:CancelKeyDeletion', 'kms:DisableKey', 'kms:ScheduleKeyDeletion', 'kms:UntagResource'],
      resources: [place.arn('kms', 'key/*')],
      condition: {
        StringEquals: { 'aws:ResourceTag/project': 'hitl-mcp', 'aws:ResourceTag/environment': environment },
      },
    },
    {
      sid: 'UseKeyThroughServices',
      actions: ['kms:CreateGrant', 'kms:Decrypt', 'kms:Encrypt', 'kms:GenerateDataKey'],
      resources: [place.arn('kms', 'key/*')],
      condition: { StringLike: { 'kms:ViaService': [`*.${region}.amazonaws.com`] } },
    },
    {
      sid: 'Look',
      actions: ['secretsmanager:GetResourcePolicy'],
      patterns: [
        ...['bedrock', 'cloudwatch', 'codedeploy', 'kms', 'lambda', 'sns', 'sqs'].map((s) => `${s}:Get*`),
        ...['cloudwatch', 'dynamodb', 'ec2', 'events', 'kms', 'logs', 'secretsmanager', 'states'].map(
          (s) => `${s}:Describe*`,
        ),
        ...['bedrock', 'cloudwatch', 'codedeploy', 'dynamodb', 'events', 'kms', 'lambda', 'logs'].map(
          (s) => `${s}:List*`,
        ),
        ...['secretsmanager', 'sns', 'sqs', 'states'].map((s) => `${s}:List*`),
      ],
      resources: all,
    },
  ];
}
