import { randomUUID } from 'node:crypto';
import { type FrontResponse, json, type Shim, targetOf } from '../front-request.ts';

/** One call of an AWS service by its JSON protocol, through the front: as one of its own. */
export type CallService = (host: string, target: string, body: unknown) => Promise<FrontResponse>;

interface Entry {
  Source?: string;
  DetailType?: string;
  Detail?: string;
  EventBusName?: string;
  Resources?: string[];
}
interface Rule {
  Name: string;
  Arn: string;
  EventPattern?: string;
  ScheduleExpression?: string;
  State?: string;
}
interface Target {
  Arn: string;
  InputPath?: string;
  Input?: string;
  DeadLetterConfig?: { Arn?: string };
}

/** moto's rules know neither Step Functions nor functions as targets: events are matched and delivered here, by the deployed rules. */
export function deliverEvents(options: {
  readonly region: string;
  readonly accountId: string;
  readonly call: CallService;
  readonly invoke: (functionArn: string, event: unknown) => Promise<void>;
  readonly background: (work: Promise<unknown>) => void;
}): Shim & {
  readonly events: readonly Record<string, unknown>[];
  /** Every enabled rule with a schedule, as if its time had come. Resolves when its targets have answered. */
  readonly runSchedules: () => Promise<void>;
} {
  const { region, accountId, call, invoke, background } = options;
  const events: Record<string, unknown>[] = [];
  const ask = async <T>(operation: string, body: unknown): Promise<T> =>
    JSON.parse(String((await call('events', `AWSEvents.${operation}`, body)).body)) as T;

  async function deliver(bus: string, event: Record<string, unknown>): Promise<void> {
    const { Rules = [] } = await ask<{ Rules?: Rule[] }>('ListRules', { EventBusName: bus });
    for (const rule of Rules) {
      if (rule.State === 'DISABLED' || rule.EventPattern === undefined) continue;
      if (!isMatch(JSON.parse(rule.EventPattern), event)) continue;
      await sendToTargets(bus, rule, event);
    }
  }

  async function sendToTargets(bus: string, rule: Rule, event: Record<string, unknown>): Promise<void> {
    const { Targets = [] } = await ask<{ Targets?: Target[] }>('ListTargetsByRule', {
      Rule: rule.Name,
      EventBusName: bus,
    });
    for (const target of Targets) await send(target, event);
  }

  async function runSchedules(): Promise<void> {
    const { Rules = [] } = await ask<{ Rules?: Rule[] }>('ListRules', { EventBusName: 'default' });
    for (const rule of Rules) {
      if (rule.State === 'DISABLED' || rule.ScheduleExpression === undefined) continue;
      await sendToTargets('default', rule, toEvent('Scheduled Event', 'aws.events', {}, [rule.Arn]));
    }
  }

  function toEvent(type: unknown, source: unknown, detail: unknown, resources: readonly string[]) {
    return {
      version: '0',
      id: randomUUID(),
      'detail-type': type,
      source,
      account: accountId,
      time: new Date().toISOString().replace(/\.\d+Z$/, 'Z'),
      region,
      resources,
      detail,
    };
  }

  async function send(target: Target, event: Record<string, unknown>): Promise<void> {
    const input = target.Input ?? JSON.stringify(at(event, target.InputPath));
    const service = target.Arn.split(':')[2];
    if (service === 'lambda') return invoke(target.Arn, JSON.parse(input));
    if (service === 'states') {
      const started = await call('states', 'AWSStepFunctions.StartExecution', {
        stateMachineArn: target.Arn,
        name: String(event.id),
        input,
      });
      if (started.status === 200) return;
      await sendToQueue(target.DeadLetterConfig?.Arn, JSON.stringify(event));
      return;
    }
    if (service === 'sqs') return sendToQueue(target.Arn, input);
    throw new Error(`the emulated event bus delivers nothing to ${target.Arn}`);
  }

  async function sendToQueue(arn: string | undefined, MessageBody: string): Promise<void> {
    if (arn === undefined) return;
    const [, , , , account, name] = arn.split(':');
    const QueueUrl = `http://sqs.${region}.amazonaws.com/${account}/${name}`;
    await call('sqs', 'AmazonSQS.SendMessage', { QueueUrl, MessageBody });
  }

  const shim: Shim = async (request) => {
    if (targetOf(request, 'AWSEvents') !== 'PutEvents') return undefined;
    const { Entries } = JSON.parse(request.body.toString('utf8')) as { Entries: Entry[] };
    const answers = Entries.map((entry) => {
      const isWhole = entry.Source && entry.DetailType && entry.Detail;
      if (!isWhole) return { ErrorCode: 'InvalidArgument', ErrorMessage: 'Parameter is not valid.' };
      const detail: unknown = JSON.parse(entry.Detail ?? '{}');
      const event = toEvent(entry.DetailType, entry.Source, detail, entry.Resources ?? []);
      events.push(event);
      const bus = (entry.EventBusName ?? 'default').replace(/^.*event-bus\//, '');
      background(deliver(bus, event));
      return { EventId: event.id };
    });
    return json(200, {
      FailedEntryCount: answers.filter((answer) => 'ErrorCode' in answer).length,
      Entries: answers,
    });
  };
  return Object.assign(shim, { events, runSchedules });
}

/** Lists of values and nested patterns: what the deployed rules use. Any other filter would match nothing, and a test would show it. */
function isMatch(pattern: Record<string, unknown>, event: unknown): boolean {
  return Object.entries(pattern).every(([name, wanted]) => {
    const value = (event as Record<string, unknown> | undefined)?.[name];
    if (Array.isArray(wanted)) return wanted.includes(value);
    return isMatch(wanted as Record<string, unknown>, value);
  });
}

/** `$` and `$.detail` are all that the deployed targets use. */
function at(event: Record<string, unknown>, path = '$'): unknown {
  if (path === '$') return event;
  const value = path
    .slice(2)
    .split('.')
    .reduce<unknown>((in_, name) => (in_ as Record<string, unknown>)?.[name], event);
  if (value === undefined) throw new Error(`the event has no ${path}`);
  return value;
}
