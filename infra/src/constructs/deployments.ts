import { CodedeployApp } from '@cdktf/provider-aws/lib/codedeploy-app/index.js';
import { CodedeployDeploymentGroup } from '@cdktf/provider-aws/lib/codedeploy-deployment-group/index.js';
import { Construct } from 'constructs';
import type { FunctionKey } from '../function-catalog.ts';
import type { Place } from './place.ts';
import { Role } from './role.ts';
import type { ServiceFunction } from './service-function.ts';

export interface DeploymentsProps {
  readonly place: Place;
  readonly functions: Readonly<Record<FunctionKey, ServiceFunction>>;
  /** Any of them going off takes the new version back. */
  readonly alarmNamesOf: (key: FunctionKey) => readonly string[];
}

/**
 * Blue-green: an apply publishes a version; CodeDeploy then moves the alias to it, a tenth of the calls first, and back when an
 * alarm of the function goes off.
 */
export class Deployments extends Construct {
  readonly appName: string;

  constructor(scope: Construct, id: string, props: DeploymentsProps) {
    super(scope, id);
    const { place, functions, alarmNamesOf } = props;
    const app = new CodedeployApp(this, 'app', {
      name: `${place.prefix}-hitl`,
      computePlatform: 'Lambda',
    });
    this.appName = app.name;
    const role = new Role(this, 'role', {
      name: `${place.prefix}-hitl-deployments`,
      service: 'codedeploy.amazonaws.com',
      trustCondition: { StringEquals: { 'aws:SourceAccount': place.accountId } },
    });
    role.allow({
      sid: 'ShiftAliases',
      actions: [
        'lambda:GetAlias',
        'lambda:GetFunction',
        'lambda:GetProvisionedConcurrencyConfig',
        'lambda:UpdateAlias',
      ],
      resources: Object.values(functions).flatMap((target) => [target.arn, target.aliasArn]),
    });
    role.allow({
      sid: 'WatchAlarms',
      actions: ['cloudwatch:DescribeAlarms'],
      resources: [place.arn('cloudwatch', `alarm:${place.prefix}-*`)],
    });
    for (const key of Object.keys(functions) as FunctionKey[]) {
      const target = functions[key];
      new CodedeployDeploymentGroup(this, `group-${key}`, {
        appName: app.name,
        deploymentGroupName: target.name,
        serviceRoleArn: role.arn,
        deploymentConfigName: 'CodeDeployDefault.LambdaCanary10Percent5Minutes',
        deploymentStyle: { deploymentType: 'BLUE_GREEN', deploymentOption: 'WITH_TRAFFIC_CONTROL' },
        autoRollbackConfiguration: {
          enabled: true,
          events: ['DEPLOYMENT_FAILURE', 'DEPLOYMENT_STOP_ON_ALARM', 'DEPLOYMENT_STOP_ON_REQUEST'],
        },
        alarmConfiguration: { enabled: true, alarms: [...alarmNamesOf(key)] },
        dependsOn: [role.policy],
      });
    }
  }
}
