import { CloudwatchLogGroup } from '@cdktf/provider-aws/lib/cloudwatch-log-group/index.js';
import { SfnStateMachine } from '@cdktf/provider-aws/lib/sfn-state-machine/index.js';
import { createWorkflowDefinition } from '@hitl/workflow';
import { Construct } from 'constructs';
import type { Place } from './place.ts';
import { Role } from './role.ts';
import type { ServiceFunction } from './service-function.ts';

export interface WorkflowProps {
  readonly place: Place;
  readonly advance: ServiceFunction;
  readonly expire: ServiceFunction;
  readonly approvalTimeoutSeconds: number;
  readonly logRetentionDays: number;
}

/** The state machine of `@hitl/workflow` on Step Functions, the same definition that runs locally. */
export class Workflow extends Construct {
  readonly name: string;
  readonly arn: string;
  readonly logGroupName: string;

  constructor(scope: Construct, id: string, props: WorkflowProps) {
    super(scope, id);
    const { place, advance, expire } = props;
    this.name = workflowName(place);
    this.logGroupName = `/aws/stepfunctions/${this.name}`;
    const role = new Role(this, 'role', {
      name: this.name,
      service: 'states.amazonaws.com',
      trustCondition: {
        StringEquals: { 'aws:SourceAccount': place.accountId },
        ArnEquals: { 'aws:SourceArn': workflowArn(place) },
      },
    });
    advance.grantInvoke(role, 'InvokeAdvance');
    expire.grantInvoke(role, 'InvokeExpire');
    const logs = new CloudwatchLogGroup(this, 'logs', {
      name: this.logGroupName,
      retentionInDays: props.logRetentionDays,
    });
    role.allow({
      sid: 'DeliverLogs',
      actions: [
        'logs:CreateLogDelivery',
        'logs:DeleteLogDelivery',
        'logs:DescribeLogGroups',
        'logs:DescribeResourcePolicies',
        'logs:GetLogDelivery',
        'logs:ListLogDeliveries',
        'logs:PutResourcePolicy',
        'logs:UpdateLogDelivery',
      ],
      // CloudWatch Logs knows no resource for vended log deliveries.
      resources: ['*'],
    });
    role.allow({
      sid: 'WriteTraces',
      actions: [
        'xray:GetSamplingRules',
        'xray:GetSamplingTargets',
        'xray:PutTelemetryRecords',
        'xray:PutTraceSegments',
      ],
      // X-Ray knows no resource for these.
      resources: ['*'],
    });
    const machine = new SfnStateMachine(this, 'state-machine', {
      name: this.name,
      type: 'STANDARD',
      roleArn: role.arn,
      definition: JSON.stringify(
        createWorkflowDefinition({
          advanceFunction: advance.aliasArn,
          expireFunction: expire.aliasArn,
          approvalTimeoutSeconds: props.approvalTimeoutSeconds,
          expireTimeoutSeconds: expire.timeoutSeconds,
        }),
      ),
      loggingConfiguration: {
        level: 'ALL',
        // The data of a step holds its task token, a capability, and the text of the request as it was typed. The functions that
        // are its states log that data by the execution's id, without token and secrets.
        includeExecutionData: false,
        logDestination: `${logs.arn}:*`,
      },
      tracingConfiguration: { enabled: true },
      // Step Functions checks at once whether it may write logs.
      dependsOn: [role.policy],
    });
    this.arn = machine.arn;
  }

  grantStart(role: Role): void {
    grantStartWorkflow(role, this.arn);
  }
}

/** Known before the state machine is, so that the functions that it calls can start it. */
export function workflowName(place: Place): string {
  return `${place.prefix}-hitl-workflow`;
}

export function workflowArn(place: Place): string {
  return place.arn('states', `stateMachine:${workflowName(place)}`);
}

export function grantStartWorkflow(role: Role, arn: string): void {
  role.allow({ sid: 'StartWorkflow', actions: ['states:StartExecution'], resources: [arn] });
}

/** Starts runs, looks at their executions and wakes the steps that wait for people. */
export function grantDriveWorkflow(role: Role, place: Place): void {
  grantStartWorkflow(role, workflowArn(place));
  role.allow({
    sid: 'LookAtExecutions',
    actions: ['states:DescribeExecution'],
    resources: [place.arn('states', `execution:${workflowName(place)}:*`)],
  });
  role.allow({
    sid: 'AnswerTasks',
    actions: ['states:SendTaskSuccess'],
    resources: [workflowArn(place)],
  });
}
