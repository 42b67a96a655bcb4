import { KmsAlias } from '@cdktf/provider-aws/lib/kms-alias/index.js';
import { KmsKey } from '@cdktf/provider-aws/lib/kms-key/index.js';
import { Construct } from 'constructs';
import type { Place } from './place.ts';
import type { Role } from './role.ts';
import { writePolicy } from './write-policy.ts';

const administration = [
  'kms:CancelKeyDeletion',
  'kms:CreateAlias',
  'kms:CreateGrant',
  'kms:DeleteAlias',
  'kms:DescribeKey',
  'kms:DisableKey',
  'kms:EnableKey',
  'kms:EnableKeyRotation',
  'kms:GetKeyPolicy',
  'kms:GetKeyRotationStatus',
  'kms:ListGrants',
  'kms:ListResourceTags',
  'kms:PutKeyPolicy',
  'kms:RevokeGrant',
  'kms:ScheduleKeyDeletion',
  'kms:TagResource',
  'kms:UntagResource',
  'kms:UpdateAlias',
];
const use = ['kms:Decrypt', 'kms:DescribeKey', 'kms:Encrypt', 'kms:GenerateDataKey'];

/** A key of the customer's own for what was recorded and for secrets: who may read them can be seen and withdrawn in one place. */
export class EncryptionKey extends Construct {
  readonly arn: string;

  constructor(
    scope: Construct,
    id: string,
    props: { readonly place: Place; readonly deletionWindowDays: number },
  ) {
    super(scope, id);
    const { place, deletionWindowDays } = props;
    const key = new KmsKey(this, 'key', {
      description: `Records and secrets of ${place.prefix}`,
      enableKeyRotation: true,
      deletionWindowInDays: deletionWindowDays,
      policy: writePolicy([
        {
          sid: 'TheAccountDecidesByItsRoles',
          actions: [...new Set([...administration, ...use, 'kms:ReEncryptFrom', 'kms:ReEncryptTo'])],
          principal: { AWS: `arn:${place.partition}:iam::${place.accountId}:root` },
          // In a key's own policy `*` means this key.
          resources: ['*'],
        },
        {
          sid: 'AlarmsReachTheirTopic',
          actions: ['kms:Decrypt', 'kms:GenerateDataKey'],
          principal: { Service: 'cloudwatch.amazonaws.com' },
          resources: ['*'],
          condition: { StringEquals: { 'aws:SourceAccount': place.accountId } },
        },
      ]),
    });
    new KmsAlias(this, 'alias', { name: `alias/${place.prefix}-hitl`, targetKeyId: key.keyId });
    this.arn = key.arn;
  }

  /** Through the named services only: nobody decrypts by hand with it. */
  grantUseThrough(role: Role, region: string, services: readonly string[]): void {
    role.allow({
      sid: 'UseKey',
      actions: use,
      resources: [this.arn],
      condition: { StringEquals: { 'kms:ViaService': services.map((s) => `${s}.${region}.amazonaws.com`) } },
    });
  }
}
