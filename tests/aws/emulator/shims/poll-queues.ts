import { randomUUID } from 'node:crypto';
import { json, type Shim } from '../front-request.ts';
import type { DeployedFunction, DeployedFunctions } from '../lambda/deployed-functions.ts';
import { parseFunctionName } from '../lambda/deployed-functions.ts';
import type { FunctionHost } from '../lambda/function-host.ts';
import type { CallService } from './deliver-events.ts';

interface Mapping {
  UUID: string;
  EventSourceArn: string;
  FunctionArn: string;
  BatchSize?: number;
  FunctionResponseTypes?: string[];
  ScalingConfig?: { MaximumConcurrency?: number };
  State: string;
  [name: string]: unknown;
}
interface Message {
  MessageId: string;
  ReceiptHandle: string;
  Body: string;
  Attributes?: Record<string, string>;
  MessageAttributes?: Record<string, unknown>;
}

/** Enough for jobs of different groups to be under way side by side; as many as AWS allows would only cost this machine. */
const maxPollers = 3;
const path = /^\/2015-03-31\/event-source-mappings\/?([\w-]*)\/?(?:\?.*)?$/;

/**
 * Event source mappings of queues: moto would call its own stand-in of a function and delete the messages. They are kept here, and
 * each queue is polled as Lambda does: batches, partial failures by `batchItemFailures`, and no delete of what failed.
 */
export function pollQueues(options: {
  readonly region: string;
  readonly accountId: string;
  readonly functions: DeployedFunctions;
  readonly host: FunctionHost;
  readonly call: CallService;
}): Shim & { readonly close: () => Promise<void> } {
  const { region, accountId, functions, host, call } = options;
  const mappings = new Map<string, { mapping: Mapping; stop: AbortController; done: Promise<void> }>();
  const arnOf = (id: string) => `arn:aws:lambda:${region}:${accountId}:event-source-mapping:${id}`;

  async function poll(mapping: Mapping, signal: AbortSignal): Promise<void> {
    const [, , , , account, queue] = mapping.EventSourceArn.split(':');
    const QueueUrl = `http://sqs.${region}.amazonaws.com/${account}/${queue}`;
    const ask = async <T>(operation: string, body: object): Promise<T> => {
      const answer = await call('sqs', `AmazonSQS.${operation}`, { QueueUrl, ...body });
      if (answer.status !== 200) throw new Error(`${operation}: ${String(answer.body)}`);
      return JSON.parse(String(answer.body || '{}')) as T;
    };
    while (!signal.aborted) {
      try {
        const { Messages = [] } = await ask<{ Messages?: Message[] }>('ReceiveMessage', {
          MaxNumberOfMessages: Math.min(10, mapping.BatchSize ?? 10),
          WaitTimeSeconds: 1,
          AttributeNames: ['All'],
          MessageAttributeNames: ['All'],
        });
        if (Messages.length === 0) continue;
        const { name, qualifier } = parseFunctionName(mapping.FunctionArn);
        const target = await functions.find(name, qualifier);
        if (target === undefined) continue;
        const failed = await process(target, mapping, Messages);
        for (const { MessageId, ReceiptHandle } of Messages)
          if (!failed.has(MessageId)) await ask('DeleteMessage', { ReceiptHandle });
      } catch {
        // The queue is gone, or the world ends: the mapping's own end is next.
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    }
  }

  async function process(
    target: DeployedFunction,
    mapping: Mapping,
    messages: readonly Message[],
  ): Promise<ReadonlySet<string>> {
    const { payload, isError } = await host.invoke(target, {
      Records: messages.map((message) => ({
        messageId: message.MessageId,
        receiptHandle: message.ReceiptHandle,
        body: message.Body,
        attributes: message.Attributes ?? {},
        messageAttributes: message.MessageAttributes ?? {},
        eventSource: 'aws:sqs',
        eventSourceARN: mapping.EventSourceArn,
        awsRegion: region,
      })),
    });
    if (isError) return new Set(messages.map((message) => message.MessageId));
    if (!mapping.FunctionResponseTypes?.includes('ReportBatchItemFailures')) return new Set();
    const { batchItemFailures = [] } = (payload ?? {}) as {
      batchItemFailures?: { itemIdentifier: string }[];
    };
    return new Set(batchItemFailures.map((failure) => failure.itemIdentifier));
  }

  async function remove(id: string): Promise<void> {
    const found = mappings.get(id);
    mappings.delete(id);
    found?.stop.abort();
  }

  const shim: Shim = async (request) => {
    const tagged = /^\/2017-03-31\/tags\/.*event-source-mapping(?::|%3A)([\w-]+)/.exec(request.path)?.[1];
    if (tagged !== undefined) {
      const Tags = request.method === 'GET' ? { Tags: mappings.get(tagged)?.mapping.Tags ?? {} } : {};
      return json(request.method === 'GET' ? 200 : 204, Tags);
    }
    const match = path.exec(request.path);
    if (match === null) return undefined;
    const id = match[1] ?? '';
    const body = request.body.length === 0 ? {} : (JSON.parse(request.body.toString('utf8')) as object);
    if (request.method === 'POST') {
      const { FunctionName, Enabled, ...rest } = body as { FunctionName: string; Enabled?: boolean };
      const UUID = randomUUID();
      const { name, qualifier } = parseFunctionName(FunctionName);
      const FunctionArn = `arn:aws:lambda:${region}:${accountId}:function:${name}${qualifier === undefined ? '' : `:${qualifier}`}`;
      const State = Enabled === false ? 'Disabled' : 'Enabled';
      const mapping = {
        ...rest,
        UUID,
        FunctionArn,
        EventSourceMappingArn: arnOf(UUID),
        State,
        LastModified: Date.now() / 1000,
        LastProcessingResult: 'No records processed',
        StateTransitionReason: 'USER_INITIATED',
      } as unknown as Mapping;
      const stop = new AbortController();
      const pollers = Math.min(maxPollers, mapping.ScalingConfig?.MaximumConcurrency ?? maxPollers);
      const polling = Array.from({ length: pollers }, () => poll(mapping, stop.signal));
      mappings.set(UUID, { mapping, stop, done: Promise.all(polling).then(() => undefined) });
      return json(202, mapping);
    }
    const found = mappings.get(id);
    if (found === undefined) {
      if (request.method === 'GET' && id === '')
        return json(200, { EventSourceMappings: [...mappings.values()].map((m) => m.mapping) });
      const Message = 'The resource you requested does not exist.';
      return json(404, { Type: 'User', Message }, { 'x-amzn-errortype': 'ResourceNotFoundException' });
    }
    if (request.method === 'PUT') Object.assign(found.mapping, body);
    if (request.method === 'DELETE') {
      await remove(id);
      return json(202, { ...found.mapping, State: 'Deleting' });
    }
    return json(200, found.mapping);
  };
  return Object.assign(shim, {
    async close() {
      const open = [...mappings.entries()];
      for (const [id] of open) await remove(id);
      await Promise.all(open.map(([, { done }]) => done));
    },
  });
}
