import { DataAwsIamOpenidConnectProvider } from '@cdktf/provider-aws/lib/data-aws-iam-openid-connect-provider/index.js';
import { IamOpenidConnectProvider } from '@cdktf/provider-aws/lib/iam-openid-connect-provider/index.js';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role/index.js';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy/index.js';
import { IamRolePolicyAttachment } from '@cdktf/provider-aws/lib/iam-role-policy-attachment/index.js';
import { Construct } from 'constructs';
import { lockTableName } from '../state-location.ts';
import type { Place } from './place.ts';
import { type PolicyStatement, writePolicy } from './write-policy.ts';

const issuer = 'token.actions.githubusercontent.com';

export interface ContinuousDeploymentProps {
  readonly place: Place;
  /** `owner/name` */
  readonly repository: string;
  /** Names of environments, which are GitHub environments too. */
  readonly environments: readonly string[];
  /** An account has one provider of GitHub's; another bootstrap, or another project, may have made it. */
  readonly provider: 'create' | 'existing';
  readonly stateBucketArn: string;
}

/**
 * Roles for GitHub Actions without a stored key: one that looks, for pull requests, and one per environment that changes, which only a
 * job in that GitHub environment gets. None of them can read what was recorded or any secret.
 */
export class ContinuousDeployment extends Construct {
  readonly planRoleArn: string;
  readonly applyRoleArns: Readonly<Record<string, string>>;

  constructor(scope: Construct, id: string, props: ContinuousDeploymentProps) {
    super(scope, id);
    const { place, repository, environments } = props;
    const url = `https://${issuer}`;
    const providerArn =
      props.provider === 'create'
        ? new IamOpenidConnectProvider(this, 'provider', { url, clientIdList: ['sts.amazonaws.com'] }).arn
        : new DataAwsIamOpenidConnectProvider(this, 'provider', { url }).arn;
    const role = (roleId: string, name: string, subject: string, policies: readonly string[]): IamRole => {
      const made = new IamRole(this, roleId, {
        name,
        description: `GitHub Actions of ${repository}`,
        maxSessionDuration: 7200,
        assumeRolePolicy: writePolicy([
          {
            sid: 'Trust',
            actions: ['sts:AssumeRoleWithWebIdentity'],
            principal: { Federated: providerArn },
            condition: {
              StringEquals: {
                [`${issuer}:aud`]: 'sts.amazonaws.com',
                [`${issuer}:sub`]: `repo:${repository}:${subject}`,
              },
            },
          },
        ]),
      });
      for (const policy of policies) {
        new IamRolePolicyAttachment(this, `${roleId}-${policy}`, {
          role: made.name,
          policyArn: `arn:${place.partition}:iam::aws:policy/${policy}`,
        });
      }
      return made;
    };
    const grant = (roleId: string, target: IamRole, statements: readonly PolicyStatement[]) => {
      new IamRolePolicy(this, `${roleId}-grants`, {
        name: 'grants',
        role: target.id,
        policy: writePolicy(statements),
      });
    };
    const noData = refuseData(place, props.stateBucketArn);

    // Roles belong to the account, not to a region.
    const plan = role('plan', `hitl-mcp-plan-${place.region}`, 'pull_request', ['ReadOnlyAccess']);
    grant('plan', plan, noData);
    this.planRoleArn = plan.arn;
    this.applyRoleArns = Object.fromEntries(
      environments.map((environment) => {
        const apply = role(
          `apply-${environment}`,
          `hitl-mcp-apply-${environment}`,
          `environment:${environment}`,
          ['PowerUserAccess'],
        );
        grant(`apply-${environment}`, apply, [
          ...manageRoles(place, environment),
          ...noData,
          keepOut(environment),
        ]);
        return [environment, apply.arn];
      }),
    );
  }
}

/** Roles of one environment: power users have everything but IAM. */
function manageRoles(place: Place, environment: string): PolicyStatement[] {
  const roles = ['_', '-'].map(
    (separator) => `arn:${place.partition}:iam::${place.accountId}:role/${environment}${separator}*`,
  );
  const reads = ['GetRole', 'GetRolePolicy', 'ListAttachedRolePolicies', 'ListInstanceProfilesForRole'];
  const listings = ['ListRolePolicies', 'ListRoleTags'];
  const changes = ['CreateRole', 'DeleteRole', 'DeleteRolePolicy', 'PutRolePolicy', 'TagRole', 'UntagRole'];
  const updates = ['UpdateAssumeRolePolicy', 'UpdateRole', 'UpdateRoleDescription'];
  return [
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
  ];
}

/** What was recorded, what is secret and what waits in queues is nobody's business who deploys; state is, and its lock. */
function refuseData(place: Place, stateBucketArn: string): PolicyStatement[] {
  const everything = ['*'];
  return [
    {
      sid: 'NoSecrets',
      effect: 'Deny',
      actions: ['secretsmanager:GetSecretValue', 'secretsmanager:BatchGetSecretValue', 'ssm:GetParameter*'],
      resources: everything,
    },
    {
      sid: 'NoRecords',
      effect: 'Deny',
      actions: [
        'dynamodb:BatchGetItem',
        'dynamodb:ExportTableToPointInTime',
        'dynamodb:GetItem',
        'dynamodb:PartiQLSelect',
        'dynamodb:Query',
        'dynamodb:Scan',
      ],
      notResources: [place.arn('dynamodb', `table/${lockTableName}`)],
    },
    {
      sid: 'NoOtherFiles',
      effect: 'Deny',
      actions: ['s3:GetObject', 's3:GetObjectVersion'],
      notResources: [`${stateBucketArn}/*`],
    },
    {
      sid: 'NoMessages',
      effect: 'Deny',
      actions: [
        'logs:FilterLogEvents',
        'logs:GetLogEvents',
        'logs:StartQuery',
        'sqs:ReceiveMessage',
        'states:DescribeExecution',
        'states:GetExecutionHistory',
      ],
      resources: everything,
    },
  ];
}

/** Where several environments share an account: nobody reaches over by a role of this one. */
function keepOut(environment: string): PolicyStatement {
  return {
    sid: 'NoOtherEnvironment',
    effect: 'Deny',
    actions: ['*'],
    resources: ['*'],
    condition: {
      StringEquals: { 'aws:ResourceTag/project': 'hitl-mcp' },
      StringNotLike: { 'aws:ResourceTag/environment': [environment, 'bootstrap*'] },
    },
  };
}
