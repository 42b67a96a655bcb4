import { describe, expect, it } from '@jest/globals';
import bootstrap from '../../environments/bootstrap.ts';
import { synthesizeStack } from '../test/read-stack.ts';

const stack = synthesizeStack('bootstrap', bootstrap);

describe('the bootstrap stack', () => {
  it('keeps every version of every state, encrypted, for nobody else', () => {
    expect(stack.all('aws_s3_bucket')[0]?.bucket).toMatch(/^hitl-mcp-state-\$\{.*account_id\}-us-east-1$/);
    expect(stack.all('aws_s3_bucket')).toMatchObject([{ force_destroy: false }]);
    expect(stack.all('aws_s3_bucket_versioning')).toMatchObject([
      { versioning_configuration: { status: 'Enabled' } },
    ]);
    expect(stack.all('aws_s3_bucket_server_side_encryption_configuration')).toMatchObject([
      { rule: [{ apply_server_side_encryption_by_default: { sse_algorithm: 'aws:kms' } }] },
    ]);
    expect(stack.all('aws_s3_bucket_public_access_block')).toMatchObject([
      {
        block_public_acls: true,
        block_public_policy: true,
        ignore_public_acls: true,
        restrict_public_buckets: true,
      },
    ]);
    expect(stack.all('aws_s3_bucket_ownership_controls')).toMatchObject([
      { rule: { object_ownership: 'BucketOwnerEnforced' } },
    ]);
  });

  it('is reached over TLS only', () => {
    const policy = stack.policies.find(({ where }) => where.startsWith('aws_s3_bucket_policy'));
    expect(policy?.statements).toEqual([
      {
        Sid: 'TlsOnly',
        Effect: 'Deny',
        Principal: '*',
        Action: ['s3:*'],
        Resource: [expect.stringMatching(/\.arn\}$/), expect.stringMatching(/\.arn\}\/\*$/)],
        Condition: { Bool: { 'aws:SecureTransport': 'false' } },
      },
    ]);
  });

  it('has the lock table that Terraform looks for', () => {
    expect(stack.all('aws_dynamodb_table')).toMatchObject([
      {
        name: 'hitl-mcp-terraform-locks',
        hash_key: 'LockID',
        billing_mode: 'PAY_PER_REQUEST',
        point_in_time_recovery: { enabled: true },
        server_side_encryption: { enabled: true },
      },
    ]);
  });

  it('starts with its state in a file and can move it into its own bucket', () => {
    expect(stack.json.terraform.backend).toEqual({ local: {} });
    expect(synthesizeStack('bootstrap', bootstrap, { state: 'bucket' }).json.terraform.backend).toMatchObject(
      {
        s3: { key: 'bootstrap/terraform.tfstate', encrypt: true },
      },
    );
  });

  it('deletes states only where its file says so', () => {
    const willing = synthesizeStack('bootstrap', { ...bootstrap, force_destroy: true });
    expect(willing.all('aws_s3_bucket')).toMatchObject([{ force_destroy: true }]);
  });
});

it('is one more file for a second region, with a bucket of its own and nothing of the first', () => {
  const eu = synthesizeStack(
    'bootstrap-eu',
    { ...bootstrap, aws_region: 'eu-central-1' },
    { state: 'bucket' },
  );
  expect(eu.all('aws_s3_bucket')[0]?.bucket).toMatch(/^hitl-mcp-state-\$\{.*\}-eu-central-1$/);
  expect(eu.json.terraform.backend).toMatchObject({
    s3: { key: 'bootstrap-eu/terraform.tfstate', region: 'eu-central-1' },
  });
  expect(JSON.stringify(eu.json)).not.toContain('us-east-1');
});
