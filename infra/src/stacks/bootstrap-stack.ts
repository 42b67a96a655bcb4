import { DynamodbTable } from '@cdktf/provider-aws/lib/dynamodb-table/index.js';
import { S3Bucket } from '@cdktf/provider-aws/lib/s3-bucket/index.js';
import { S3BucketLifecycleConfiguration } from '@cdktf/provider-aws/lib/s3-bucket-lifecycle-configuration/index.js';
import { S3BucketOwnershipControls } from '@cdktf/provider-aws/lib/s3-bucket-ownership-controls/index.js';
import { S3BucketPolicy } from '@cdktf/provider-aws/lib/s3-bucket-policy/index.js';
import { S3BucketPublicAccessBlock } from '@cdktf/provider-aws/lib/s3-bucket-public-access-block/index.js';
import { S3BucketServerSideEncryptionConfigurationA } from '@cdktf/provider-aws/lib/s3-bucket-server-side-encryption-configuration/index.js';
import { S3BucketVersioningA } from '@cdktf/provider-aws/lib/s3-bucket-versioning/index.js';
import { TerraformOutput } from 'cdktf';
import type { Construct } from 'constructs';
import { AwsStack } from '../constructs/aws-stack.ts';
import { ContinuousDeployment } from '../constructs/continuous-deployment.ts';
import { writePolicy } from '../constructs/write-policy.ts';
import type { CustomRights } from '../custom/custom-construct.ts';
import type { Bootstrap } from '../environment-schema.ts';
import { lockTableName, stateBucketName } from '../state-location.ts';

/** What has to be there before any environment: a bucket for Terraform's state and a table for its locks. */
export class BootstrapStack extends AwsStack {
  constructor(
    scope: Construct,
    name: string,
    props: {
      readonly config: Bootstrap;
      readonly state: 'local' | 'bucket';
      readonly customRights: CustomRights;
    },
  ) {
    const { config, state, customRights } = props;
    super(scope, name, {
      region: config.aws_region,
      ...(config.aws_account_id === undefined ? {} : { accountId: config.aws_account_id }),
      tags: config.tags,
      state,
    });
    const bucketName = stateBucketName(this.place.accountId, config.aws_region);
    const bucket = new S3Bucket(this, 'state', {
      bucket: bucketName,
      forceDestroy: config.force_destroy,
    });
    const versioning = new S3BucketVersioningA(this, 'versioning', {
      bucket: bucket.id,
      versioningConfiguration: { status: 'Enabled' },
    });
    new S3BucketServerSideEncryptionConfigurationA(this, 'encryption', {
      bucket: bucket.id,
      rule: [{ applyServerSideEncryptionByDefault: { sseAlgorithm: 'aws:kms' }, bucketKeyEnabled: true }],
    });
    const publicAccess = new S3BucketPublicAccessBlock(this, 'public-access', {
      bucket: bucket.id,
      blockPublicAcls: true,
      blockPublicPolicy: true,
      ignorePublicAcls: true,
      restrictPublicBuckets: true,
    });
    new S3BucketOwnershipControls(this, 'ownership', {
      bucket: bucket.id,
      rule: { objectOwnership: 'BucketOwnerEnforced' },
    });
    new S3BucketPolicy(this, 'policy', {
      bucket: bucket.id,
      policy: writePolicy([
        {
          sid: 'TlsOnly',
          effect: 'Deny',
          actions: ['s3:*'],
          principal: '*',
          resources: [bucket.arn, `${bucket.arn}/*`],
          condition: { Bool: { 'aws:SecureTransport': 'false' } },
        },
      ]),
      // Both change the bucket's policy side; S3 refuses them at the same time.
      dependsOn: [publicAccess],
    });
    new S3BucketLifecycleConfiguration(this, 'lifecycle', {
      bucket: bucket.id,
      rule: [
        {
          id: 'old-states',
          status: 'Enabled',
          filter: [{ prefix: '' }],
          // Long enough to notice a broken state, and never the last ten versions.
          noncurrentVersionExpiration: [{ noncurrentDays: 90, newerNoncurrentVersions: 10 }],
          abortIncompleteMultipartUpload: [{ daysAfterInitiation: 7 }],
        },
      ],
      dependsOn: [versioning],
    });
    const locks = new DynamodbTable(this, 'locks', {
      name: lockTableName,
      billingMode: 'PAY_PER_REQUEST',
      hashKey: 'LockID',
      attribute: [{ name: 'LockID', type: 'S' }],
      pointInTimeRecovery: { enabled: true },
      serverSideEncryption: { enabled: true },
    });
    const github =
      config.github === undefined
        ? undefined
        : new ContinuousDeployment(this, 'github', {
            place: this.place,
            ...config.github,
            stateBucket: { arn: bucket.arn, name: bucketName },
            customRights,
          });
    const outputs = {
      state_bucket_name: bucket.bucket,
      lock_table_name: locks.name,
      aws_region: config.aws_region,
      ...(github === undefined
        ? {}
        : { plan_role_arn: github.planRoleArn, apply_role_arns: github.applyRoleArns }),
    };
    for (const [id, value] of Object.entries(outputs)) {
      new TerraformOutput(this, id, { value, staticId: true });
    }
  }
}
