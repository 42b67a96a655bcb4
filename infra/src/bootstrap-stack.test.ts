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

describe('the roles for GitHub Actions', () => {
  const github = { repository: 'example/hitl-mcp', environments: ['dev', 'prod'] };
  const withGithub = synthesizeStack('bootstrap', { ...bootstrap, github });
  const trustOf = (name: string) => {
    const role = withGithub.one('aws_iam_role', 'name', name);
    return JSON.parse(String(role.assume_role_policy)).Statement[0];
  };

  it('are made only where a repository is named', () => {
    expect(stack.all('aws_iam_role')).toEqual([]);
    expect(stack.all('aws_iam_openid_connect_provider')).toEqual([]);
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
    const attached = withGithub
      .all('aws_iam_role_policy_attachment')
      .map(({ policy_arn }) => String(policy_arn).split('/').at(-1));
    expect(attached.sort()).toEqual(['PowerUserAccess', 'PowerUserAccess', 'ReadOnlyAccess']);
  });

  it.each(['hitl-mcp-plan-us-east-1', 'hitl-mcp-apply-dev'])(
    'never let %s read records, secrets or messages; of files only the state, of tables only its locks',
    (name) => {
      const denied = withGithub.grantsOf(name).filter(({ Effect }) => Effect === 'Deny');
      expect(denied).toEqual(
        expect.arrayContaining([
          expect.objectContaining({
            Sid: 'NoSecrets',
            Action: expect.arrayContaining(['secretsmanager:GetSecretValue']),
            Resource: ['*'],
          }),
          expect.objectContaining({
            Sid: 'NoRecords',
            Action: expect.arrayContaining(['dynamodb:GetItem', 'dynamodb:Query', 'dynamodb:Scan']),
            NotResource: [expect.stringMatching(/:table\/hitl-mcp-terraform-locks$/)],
          }),
          expect.objectContaining({
            Sid: 'NoOtherFiles',
            NotResource: [expect.stringMatching(/aws_s3_bucket\.state.*\.arn\}\/\*$/)],
          }),
          expect.objectContaining({ Sid: 'NoMessages', Resource: ['*'] }),
        ]),
      );
    },
  );

  it('let the role of one environment change its own roles and nothing of another environment', () => {
    const grants = withGithub.grantsOf('hitl-mcp-apply-dev');
    const allowed = grants.filter(({ Effect }) => Effect === 'Allow');
    expect(allowed.map(({ Sid }) => Sid)).toEqual(['ManageRoles', 'HandRolesToServices']);
    for (const { Resource } of allowed) {
      expect(Resource).toEqual([
        expect.stringMatching(/:role\/dev_\*$/),
        expect.stringMatching(/:role\/dev-\*$/),
      ]);
    }
    expect(grants.at(-1)).toMatchObject({
      Effect: 'Deny',
      Action: ['*'],
      Condition: {
        StringEquals: { 'aws:ResourceTag/project': 'hitl-mcp' },
        StringNotLike: { 'aws:ResourceTag/environment': ['dev', 'bootstrap*'] },
      },
    });
  });

  it('share the one provider of an account between regions', () => {
    const eu = synthesizeStack('bootstrap-eu', {
      ...bootstrap,
      aws_region: 'eu-central-1',
      github: { ...github, environments: ['dev-eu'], provider: 'existing' },
    });
    expect(eu.all('aws_iam_openid_connect_provider')).toEqual([]);
    const names = (of: typeof eu) => of.all('aws_iam_role').map((role) => role.name);
    for (const name of names(eu)) expect(names(withGithub)).not.toContain(name);
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
