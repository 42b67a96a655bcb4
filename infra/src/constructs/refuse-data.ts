import { lockTableName } from '../state-location.ts';
import type { Place } from './place.ts';
import type { PolicyStatement } from './write-policy.ts';

const everything = ['*'];

/**
 * What was recorded, what is secret and what waits in queues is nobody's business who deploys; state is, and its lock.
 * `states`: the state files that may be read.
 */
export function refuseReading(place: Place, states: string): PolicyStatement[] {
  return [
    {
      sid: 'NoSecrets',
      effect: 'Deny',
      actions: ['secretsmanager:BatchGetSecretValue', 'secretsmanager:GetSecretValue', 'ssm:GetParameter*'],
      resources: everything,
    },
    {
      sid: 'NoRecords',
      effect: 'Deny',
      actions: [
        'dynamodb:BatchGetItem',
        'dynamodb:ExportTableToPointInTime',
        'dynamodb:GetItem',
        'dynamodb:GetRecords',
        'dynamodb:PartiQL*',
        'dynamodb:Query',
        'dynamodb:Scan',
      ],
      notResources: [lockTable(place)],
    },
    {
      sid: 'NoOtherFiles',
      effect: 'Deny',
      actions: ['s3:GetObject*'],
      notResources: [states],
    },
    {
      sid: 'NoMessages',
      effect: 'Deny',
      actions: [
        'logs:FilterLogEvents',
        'logs:GetLogEvents',
        'logs:GetLogRecord',
        'logs:GetQueryResults',
        'logs:StartLiveTail',
        'logs:StartQuery',
        'logs:Unmask',
        'sqs:ReceiveMessage',
        'states:DescribeExecution',
        'states:GetExecutionHistory',
      ],
      resources: everything,
    },
  ];
}

/**
 * What runs is used by people and by itself. To deploy it takes no call of a function, no message, no value of a secret and no item of a
 * table but the lock of the environment's own state (`lockKeys`), and no way to have somebody else read them.
 */
export function refuseActing(place: Place, states: string, lockKeys: string): PolicyStatement[] {
  return [
    {
      sid: 'NoActs',
      effect: 'Deny',
      actions: [
        'events:PutEvents',
        'lambda:Invoke*',
        'sns:Publish',
        'sqs:DeleteMessage',
        'sqs:PurgeQueue',
        'sqs:SendMessage',
        'sqs:StartMessageMoveTask',
        'states:RedriveExecution',
        'states:SendTask*',
        'states:StartExecution',
        'states:StartSyncExecution',
        'states:TestState',
      ],
      resources: everything,
    },
    {
      sid: 'NoSecretValues',
      effect: 'Deny',
      actions: [
        'secretsmanager:PutResourcePolicy',
        'secretsmanager:PutSecretValue',
        'secretsmanager:ReplicateSecretToRegions',
        'secretsmanager:RotateSecret',
        // Can write a value too: another description or key of a secret is a person's change.
        'secretsmanager:UpdateSecret',
        'secretsmanager:UpdateSecretVersionStage',
      ],
      resources: everything,
    },
    {
      // DynamoDB wants some of these of whoever adds a replica: a person does that.
      sid: 'NoItems',
      effect: 'Deny',
      actions: [
        'dynamodb:BatchWriteItem',
        'dynamodb:DeleteItem',
        'dynamodb:EnableKinesisStreamingDestination',
        'dynamodb:ImportTable',
        'dynamodb:PutItem',
        'dynamodb:PutResourcePolicy',
        'dynamodb:RestoreTable*',
        'dynamodb:UpdateItem',
      ],
      notResources: [lockTable(place)],
    },
    {
      sid: 'NoOtherLocks',
      effect: 'Deny',
      actions: ['dynamodb:DeleteItem', 'dynamodb:GetItem', 'dynamodb:PutItem', 'dynamodb:UpdateItem'],
      resources: [lockTable(place)],
      condition: { 'ForAnyValue:StringNotLike': { 'dynamodb:LeadingKeys': [lockKeys] } },
    },
    {
      sid: 'NoOtherStates',
      effect: 'Deny',
      actions: ['s3:DeleteObject*', 's3:PutObject*', 's3:RestoreObject'],
      notResources: [states],
    },
    {
      sid: 'NoLogsElsewhere',
      effect: 'Deny',
      actions: ['logs:CreateExportTask', 'logs:PutDestination*', 'logs:PutSubscriptionFilter'],
      resources: everything,
    },
    {
      sid: 'NoKeyByHand',
      effect: 'Deny',
      actions: ['kms:Decrypt', 'kms:Encrypt', 'kms:GenerateData*', 'kms:ReEncrypt*'],
      resources: everything,
      condition: { Null: { 'kms:ViaService': 'true' } },
    },
  ];
}

export function lockTable(place: Place): string {
  return place.arn('dynamodb', `table/${lockTableName}`);
}
