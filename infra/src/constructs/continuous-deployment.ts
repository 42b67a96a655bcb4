import { DataAwsIamOpenidConnectProvider } from '@cdktf/provider-aws/lib/data-aws-iam-openid-connect-provider/index.js';
import { IamOpenidConnectProvider } from '@cdktf/provider-aws/lib/iam-openid-connect-provider/index.js';
import { IamPolicy } from '@cdktf/provider-aws/lib/iam-policy/index.js';
import { IamRole } from '@cdktf/provider-aws/lib/iam-role/index.js';
import { IamRolePolicy } from '@cdktf/provider-aws/lib/iam-role-policy/index.js';
import { IamRolePolicyAttachment } from '@cdktf/provider-aws/lib/iam-role-policy-attachment/index.js';
import { Construct } from 'constructs';
import type { CustomRights } from '../custom/custom-construct.ts';
import { grantApply } from './apply-rights.ts';
import type { Place } from './place.ts';
import { refuseActing, refuseReading } from './refuse-data.ts';
import { boundaryName, limitRoles } from './role-boundary.ts';
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
  readonly stateBucket: { readonly arn: string; readonly name: string };
  readonly customRights: CustomRights;
}

/**
 * Roles for GitHub Actions without a stored key: one that looks, for pull requests, and one per environment that changes, which only a
 * job in that GitHub environment gets. None of them can read what was recorded or any secret, and none can make a role that may
 * more than the roles of its environment.
 */
export class ContinuousDeployment extends Construct {
  readonly planRoleArn: string;
  readonly applyRoleArns: Readonly<Record<string, string>>;

  constructor(scope: Construct, id: string, props: ContinuousDeploymentProps) {
    super(scope, id);
    const { place, repository, environments, stateBucket, customRights } = props;
    const url = `https://${issuer}`;
    const providerArn =
      props.provider === 'create'
        ? new IamOpenidConnectProvider(this, 'provider', { url, clientIdList: ['sts.amazonaws.com'] }).arn
        : new DataAwsIamOpenidConnectProvider(this, 'provider', { url }).arn;
    const role = (
      roleId: string,
      name: string,
      subject: string,
      statements: readonly PolicyStatement[],
    ): IamRole => {
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
      new IamRolePolicy(this, `${roleId}-grants`, {
        name: 'grants',
        role: made.id,
        policy: writePolicy(statements),
      });
      return made;
    };

    // Roles belong to the account, not to a region.
    const plan = role(
      'plan',
      `hitl-mcp-plan-${place.region}`,
      'pull_request',
      refuseReading(place, `${stateBucket.arn}/*`),
    );
    new IamRolePolicyAttachment(this, 'plan-ReadOnlyAccess', {
      role: plan.name,
      policyArn: `arn:${place.partition}:iam::aws:policy/ReadOnlyAccess`,
    });
    this.planRoleArn = plan.arn;
    this.applyRoleArns = Object.fromEntries(
      environments.map((environment) => {
        const custom = customRights({ place, environment });
        new IamPolicy(this, `boundary-${environment}`, {
          name: boundaryName(environment),
          description: `What the roles of ${environment} may do at most`,
          policy: writePolicy([...limitRoles(place, environment), ...custom.roles]),
        });
        const states = `${stateBucket.arn}/${environment}/*`;
        const lockKeys = `${stateBucket.name}/${environment}/*`;
        const apply = role(
          `apply-${environment}`,
          `hitl-mcp-apply-${environment}`,
          `environment:${environment}`,
          [
            ...grantApply({ place, environment, stateBucketArn: stateBucket.arn, states, lockKeys }),
            ...custom.deployment,
            ...refuseReading(place, states),
            ...refuseActing(place, states, lockKeys),
            keepOut(environment),
          ],
        );
        return [environment, apply.arn];
      }),
    );
  }
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
