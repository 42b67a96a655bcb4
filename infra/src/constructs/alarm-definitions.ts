import type { FunctionDefinition, FunctionKey } from '../function-catalog.ts';
import { functionCatalog } from '../function-catalog.ts';
import type { ServiceFunction } from './service-function.ts';

export interface Metric {
  readonly namespace: string;
  readonly name: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly statistic: 'Sum' | 'Maximum' | 'Average' | 'p95';
  readonly periodSeconds: number;
}

/** A value made of several metrics, which the text names by their ids. */
export interface Expression {
  readonly text: string;
  readonly label: string;
  readonly metrics: Readonly<Record<string, Metric>>;
}

/** Goes off above a value: of one metric, or of an expression over several. */
export type AlarmDefinition = {
  /** With the environment in front it is the alarm's name. */
  readonly id: string;
  /** What happened and where to look, for whoever is woken by it. */
  readonly description: string;
  readonly above: number;
  readonly periods?: number;
} & ({ readonly metric: Metric } | { readonly expression: Expression });

export interface WatchedParts {
  readonly environment: string;
  /** Also on what makes something late that nobody looks at just then, and nothing wrong. */
  readonly enhanced: boolean;
  readonly functions: Readonly<Record<FunctionKey, ServiceFunction>>;
  readonly stateMachineArn: string;
  readonly tableNames: readonly string[];
  readonly slackQueueNames: { readonly answers: string; readonly actions: string };
  readonly topicName: string;
  readonly deadLetterQueues: readonly string[];
  readonly apiId: string;
}

const fiveMinutes = 300;
/** Without them nothing is decided or recorded. */
const essentialTables: readonly string[] = ['approvals', 'audit', 'runs'];
/** Where the functions write their own metrics, in embedded metric format. */
export const ownNamespace = 'HitlMcp';

/** Everything that somebody should be woken for. */
export function defineAlarms(parts: WatchedParts): AlarmDefinition[] {
  const shortName = (name: string) => name.slice(parts.environment.length + 1).replace(/\.fifo$/, '');
  return [
    ...Object.keys(parts.functions).flatMap((key) => functionAlarms(parts, key as FunctionKey)),
    ...workflowAlarms(parts.stateMachineArn),
    ...parts.tableNames
      .filter((name) => parts.enhanced || essentialTables.includes(shortName(name)))
      .flatMap((name) => throttleAlarms(name, shortName(name))),
    {
      id: 'notifications-failed',
      description: 'SNS could not deliver notifications: look at the subscriptions of the topic.',
      above: 0,
      metric: sum('AWS/SNS', 'NumberOfNotificationsFailed', { TopicName: parts.topicName }),
    },
    ...parts.deadLetterQueues.map(
      (queue): AlarmDefinition => ({
        id: `${shortName(queue)}-waiting`,
        description: `Calls that failed for good wait in ${queue}: find out why, then send them again.`,
        above: 0,
        metric: {
          namespace: 'AWS/SQS',
          name: 'ApproximateNumberOfMessagesVisible',
          dimensions: { QueueName: queue },
          statistic: 'Maximum',
          periodSeconds: fiveMinutes,
        },
      }),
    ),
    {
      id: 'api-server-errors',
      description: 'The API answered with 5xx: look at the log of the api function.',
      above: 0,
      metric: sum('AWS/ApiGateway', '5xx', { ApiId: parts.apiId }),
    },
    ...(parts.enhanced
      ? [
          {
            id: 'slack-jobs-late',
            description: 'Something that was said in Slack waits for ten minutes: look at the worker.',
            // A job can wait for as long as an answer of its thread is streamed.
            above: 600,
            metric: ageOf(parts.slackQueueNames.answers),
          },
        ]
      : []),
    {
      id: 'slack-actions-late',
      description:
        'A click in Slack, or an approval to be shown there, waits for two minutes: look at the worker.',
      above: 120,
      metric: ageOf(parts.slackQueueNames.actions),
    },
    ...approvalAlarms(parts),
  ];
}

/** Also what takes a new version back while CodeDeploy shifts to it. */
export function functionAlarms(
  { functions, enhanced }: Pick<WatchedParts, 'functions' | 'enhanced'>,
  key: FunctionKey,
): AlarmDefinition[] {
  const target = functions[key];
  const { plansItsTime, calledAsynchronously }: FunctionDefinition = functionCatalog[key];
  const dimensions = { FunctionName: target.name };
  const errors: AlarmDefinition = {
    id: `${target.node.id}-errors`,
    description: `${target.name} fails again and again: look at ${target.logGroupName}.`,
    // A refused input and a run that is busy are errors to Lambda too, and pass by themselves.
    above: 3,
    metric: sum('AWS/Lambda', 'Errors', dimensions),
  };
  if (plansItsTime || (calledAsynchronously && !enhanced)) return [errors];
  return [
    errors,
    {
      id: `${target.node.id}-duration`,
      description: `${target.name} needs more than four fifths of its time: give it more, or find out what is slow.`,
      above: target.timeoutSeconds * 800,
      metric: {
        namespace: 'AWS/Lambda',
        name: 'Duration',
        dimensions,
        statistic: 'p95',
        periodSeconds: fiveMinutes,
      },
      periods: 3,
    },
  ];
}

function workflowAlarms(stateMachineArn: string): AlarmDefinition[] {
  // Not on aborted ones: whoever stops a run aborts its execution.
  return (['ExecutionsFailed', 'ExecutionsTimedOut', 'ExecutionThrottled'] as const).map((name) => ({
    id: `workflow-${name.replace(/^Executions?/, '').toLowerCase()}`,
    description: `The workflow reports ${name}: look at the executions in Step Functions, and redrive them.`,
    above: 0,
    metric: sum('AWS/States', name, { StateMachineArn: stateMachineArn }),
  }));
}

function throttleAlarms(tableName: string, id: string): AlarmDefinition[] {
  return (['Read', 'Write'] as const).map((what) => ({
    id: `${id}-${what.toLowerCase()}-throttled`,
    description: `DynamoDB throttles ${tableName}: a hot partition, or a limit of the account.`,
    above: 0,
    metric: sum('AWS/DynamoDB', `${what}ThrottleEvents`, { TableName: tableName }),
  }));
}

/** What the service is for: decided soon, seldom expired, never unknown. */
function approvalAlarms({ environment }: WatchedParts): AlarmDefinition[] {
  // Whichever function it was: they keep these metrics by environment alone as well.
  const own = (name: string, statistic: Metric['statistic'], periodSeconds: number): Metric => ({
    namespace: ownNamespace,
    name,
    dimensions: { environment },
    statistic,
    periodSeconds,
  });
  const hour = 3600;
  return [
    {
      id: 'approval-latency',
      description:
        'Approvals wait for more than half an hour (95th percentile): do the right people see them?',
      above: 30 * 60 * 1000,
      metric: own('approval_latency_ms', 'p95', hour),
    },
    {
      id: 'approval-expiry-rate',
      description: 'More than a tenth of the approvals expire: nobody looks, or the time is too short.',
      above: 10,
      expression: {
        text: 'IF(whole > 0, 100 * part / whole, 0)',
        label: 'percent',
        metrics: {
          part: own('approvals_expired', 'Sum', hour),
          whole: own('approvals_requested', 'Sum', hour),
        },
      },
    },
    {
      id: 'executions-unknown',
      description:
        'It is not known whether a call took effect: somebody has to look at the target and resolve the call.',
      above: 0,
      metric: own('executions_unknown', 'Sum', fiveMinutes),
    },
  ];
}

function sum(namespace: string, name: string, dimensions: Record<string, string>): Metric {
  return { namespace, name, dimensions, statistic: 'Sum', periodSeconds: fiveMinutes };
}

function ageOf(queue: string): Metric {
  return {
    namespace: 'AWS/SQS',
    name: 'ApproximateAgeOfOldestMessage',
    dimensions: { QueueName: queue },
    statistic: 'Maximum',
    periodSeconds: fiveMinutes,
  };
}
