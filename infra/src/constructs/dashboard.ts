import { CloudwatchDashboard } from '@cdktf/provider-aws/lib/cloudwatch-dashboard/index.js';
import { Construct } from 'constructs';
import { ownNamespace, type WatchedParts } from './alarm-definitions.ts';
import type { Place } from './place.ts';

type Series = readonly [namespace: string, metric: string, ...dimensions: string[]];

/** One page: are approvals decided, does the workflow get through, is anything throttled, failing or waiting. */
export class Dashboard extends Construct {
  readonly url: string;

  constructor(scope: Construct, id: string, props: { readonly place: Place; readonly parts: WatchedParts }) {
    super(scope, id);
    const { place, parts } = props;
    const name = `${place.prefix}-hitl`;
    const widgets = widgetsOf(parts).map(({ title, series, stat }, index) => ({
      type: 'metric',
      width: 8,
      height: 6,
      x: (index % 3) * 8,
      y: Math.floor(index / 3) * 6,
      properties: { title, region: place.region, view: 'timeSeries', stat, period: 300, metrics: series },
    }));
    new CloudwatchDashboard(this, 'dashboard', {
      dashboardName: name,
      dashboardBody: JSON.stringify({ widgets }),
    });
    this.url = `https://${place.region}.console.aws.amazon.com/cloudwatch/home?region=${place.region}#dashboards:name=${name}`;
  }
}

function widgetsOf(
  parts: WatchedParts,
): { readonly title: string; readonly series: readonly Series[]; readonly stat: string }[] {
  const own = (metric: string): Series => [ownNamespace, metric, 'environment', parts.environment];
  const perFunction = (metric: string): Series[] =>
    Object.values(parts.functions).map(({ name }) => ['AWS/Lambda', metric, 'FunctionName', name]);
  const perTable = (metric: string): Series[] =>
    parts.tableNames.map((name) => ['AWS/DynamoDB', metric, 'TableName', name]);
  return [
    {
      title: 'Approval latency (ms)',
      series: [own('approval_latency_ms')],
      stat: 'p95',
    },
    {
      title: 'Approvals asked for and expired',
      series: [own('approvals_requested'), own('approvals_expired')],
      stat: 'Sum',
    },
    {
      title: 'Executions with unknown outcome',
      series: [own('executions_unknown')],
      stat: 'Sum',
    },
    {
      title: 'Workflow executions',
      series: ['ExecutionsStarted', 'ExecutionsSucceeded', 'ExecutionsFailed', 'ExecutionsTimedOut'].map(
        (metric): Series => ['AWS/States', metric, 'StateMachineArn', parts.stateMachineArn],
      ),
      stat: 'Sum',
    },
    { title: 'Function duration (ms)', series: perFunction('Duration'), stat: 'p95' },
    { title: 'Function errors', series: perFunction('Errors'), stat: 'Sum' },
    { title: 'Table reads', series: perTable('ConsumedReadCapacityUnits'), stat: 'Sum' },
    { title: 'Table writes', series: perTable('ConsumedWriteCapacityUnits'), stat: 'Sum' },
    {
      title: 'Table throttling',
      series: [...perTable('ReadThrottleEvents'), ...perTable('WriteThrottleEvents')],
      stat: 'Sum',
    },
    {
      title: 'Notifications',
      series: ['NumberOfNotificationsDelivered', 'NumberOfNotificationsFailed'].map(
        (metric): Series => ['AWS/SNS', metric, 'TopicName', parts.topicName],
      ),
      stat: 'Sum',
    },
    {
      title: 'Slack: oldest job (s)',
      series: Object.values(parts.slackQueueNames).map(
        (name): Series => ['AWS/SQS', 'ApproximateAgeOfOldestMessage', 'QueueName', name],
      ),
      stat: 'Maximum',
    },
    {
      title: 'Dead letters',
      series: parts.deadLetterQueues.map(
        (queue): Series => ['AWS/SQS', 'ApproximateNumberOfMessagesVisible', 'QueueName', queue],
      ),
      stat: 'Maximum',
    },
    {
      title: 'API',
      series: ['Count', '4xx', '5xx'].map(
        (metric): Series => ['AWS/ApiGateway', metric, 'ApiId', parts.apiId],
      ),
      stat: 'Sum',
    },
  ];
}
