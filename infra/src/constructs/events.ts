import { CloudwatchEventBus } from '@cdktf/provider-aws/lib/cloudwatch-event-bus/index.js';
import { CloudwatchEventRule } from '@cdktf/provider-aws/lib/cloudwatch-event-rule/index.js';
import { CloudwatchEventTarget } from '@cdktf/provider-aws/lib/cloudwatch-event-target/index.js';
import { SqsQueue } from '@cdktf/provider-aws/lib/sqs-queue/index.js';
import { SqsQueuePolicy } from '@cdktf/provider-aws/lib/sqs-queue-policy/index.js';
import { Construct } from 'constructs';
import type { Place } from './place.ts';
import { Role } from './role.ts';
import type { ServiceFunction } from './service-function.ts';
import type { Workflow } from './workflow.ts';
import { writePolicy } from './write-policy.ts';

/** The bus on which others ask for actions and the system tells what became of them, and the clock that looks for what is due. */
export class Events extends Construct {
  readonly busName: string;
  readonly deadLetterQueueName: string;
  readonly #busArn: string;

  constructor(scope: Construct, id: string, props: { readonly place: Place }) {
    super(scope, id);
    const { place } = props;
    const bus = new CloudwatchEventBus(this, 'bus', { name: `${place.prefix}-agentcore` });
    this.busName = bus.name;
    this.#busArn = bus.arn;
    this.deadLetterQueueName = `${place.prefix}-agentcore-dead-letters`;
  }

  /** `ActionRequested` on the bus starts the workflow with the event's detail. */
  startOnActionRequested(props: { readonly place: Place; readonly workflow: Workflow }): void {
    const { place, workflow } = props;
    const rule = new CloudwatchEventRule(this, 'action-requested', {
      name: `${place.prefix}-action-requested`,
      description: 'Starts a run for every action that is asked for on the bus',
      eventBusName: this.busName,
      eventPattern: JSON.stringify({ 'detail-type': ['ActionRequested'] }),
    });
    const role = new Role(this, 'role', {
      name: `${place.prefix}-action-requested`,
      service: 'events.amazonaws.com',
      trustCondition: {
        StringEquals: { 'aws:SourceAccount': place.accountId },
        ArnEquals: { 'aws:SourceArn': rule.arn },
      },
    });
    workflow.grantStart(role);
    const deadLetters = new SqsQueue(this, 'dead-letters', {
      name: this.deadLetterQueueName,
      messageRetentionSeconds: 14 * 24 * 60 * 60,
      sqsManagedSseEnabled: true,
    });
    new SqsQueuePolicy(this, 'dead-letters-policy', {
      queueUrl: deadLetters.url,
      policy: writePolicy([
        {
          sid: 'EventsThatCouldNotStart',
          actions: ['sqs:SendMessage'],
          principal: { Service: 'events.amazonaws.com' },
          resources: [deadLetters.arn],
          condition: { ArnEquals: { 'aws:SourceArn': rule.arn } },
        },
      ]),
    });
    new CloudwatchEventTarget(this, 'start-workflow', {
      rule: rule.name,
      eventBusName: this.busName,
      targetId: 'workflow',
      arn: workflow.arn,
      roleArn: role.arn,
      inputPath: '$.detail',
      deadLetterConfig: { arn: deadLetters.arn },
      retryPolicy: { maximumEventAgeInSeconds: 3600, maximumRetryAttempts: 10 },
    });
  }

  /** Calls the function by the clock: what is due is found even when its workflow was lost. */
  callRegularly(props: {
    readonly place: Place;
    readonly target: ServiceFunction;
    readonly everyMinutes: number;
  }): void {
    const { place, target, everyMinutes } = props;
    const rule = new CloudwatchEventRule(this, 'sweep', {
      name: `${place.prefix}-hitl-sweep`,
      description: 'Reminds, escalates and expires whatever is due',
      scheduleExpression: `rate(${everyMinutes} minutes)`,
    });
    new CloudwatchEventTarget(this, 'sweep-target', {
      rule: rule.name,
      targetId: 'sweep',
      arn: target.aliasArn,
      // A call that is late is made up for by the next one.
      retryPolicy: { maximumEventAgeInSeconds: 60 * everyMinutes, maximumRetryAttempts: 2 },
    });
    target.permitInvoke('sweep', 'events.amazonaws.com', rule.arn);
  }

  grantPut(role: Role): void {
    role.allow({ sid: 'PutEvents', actions: ['events:PutEvents'], resources: [this.#busArn] });
  }
}
