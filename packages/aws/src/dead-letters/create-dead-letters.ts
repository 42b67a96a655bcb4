import { InvokeCommand, LambdaClient } from '@aws-sdk/client-lambda';
import { ExecutionAlreadyExists, SFNClient, StartExecutionCommand } from '@aws-sdk/client-sfn';
import {
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ListDeadLetterSourceQueuesCommand,
  ListQueuesCommand,
  type Message,
  ReceiveMessageCommand,
  SQSClient,
  StartMessageMoveTaskCommand,
} from '@aws-sdk/client-sqs';
import { type Clock, redactText, systemClock } from '@hitl/core';
import { callService } from '../call-service.ts';
import { clientConfiguration, type ServiceClientOptions } from '../service-client-options.ts';
import { type DeadLetterQueue, targetOf } from './dead-letter-queue.ts';

export interface RedriveResult {
  /** What was taken by its target and is out of the queue. */
  readonly redriven: number;
  /** What stays in the queue, with the reason. */
  readonly failed: readonly { readonly message_id: string; readonly reason: string }[];
  /** True: SQS moves the messages by itself from now on, and `redriven` counts none of them. */
  readonly isMoving: boolean;
}

export interface DeadLetters {
  /** Every queue of the environment that keeps dead letters, by name. */
  list(environment: string): Promise<DeadLetterQueue[]>;
  /**
   * Sends what is in the queue now on its way again, at most `limit` messages: an event to its function, asynchronously, as it
   * was; an event of the bus to the state machine; a job to its queue. A message is deleted after it was taken. One that is taken
   * twice, since the answer or the deletion was lost, does no harm: functions look at the record first, and an execution has its
   * message's name. What fails again comes back as a new message and is left for another time.
   */
  redrive(
    queue: DeadLetterQueue,
    options?: { readonly limit?: number; readonly signal?: AbortSignal },
  ): Promise<RedriveResult>;
  close(): void;
}

/** As many as SQS gives at once. */
const batch = 10;
/** Longer than handing over a batch takes: nobody else gets the same message meanwhile. */
const handOverSeconds = 120;

/** Lists and redrives dead letters with the caller's own AWS credentials. @throws UnavailableError when AWS does not answer */
export function createDeadLetters(options: ServiceClientOptions & { readonly clock?: Clock }): DeadLetters {
  const { clock = systemClock } = options;
  const sqs = new SQSClient(clientConfiguration(options));
  const lambda = new LambdaClient(clientConfiguration(options));
  const sfn = new SFNClient(clientConfiguration(options));

  async function describe(environment: string, url: string): Promise<DeadLetterQueue | undefined> {
    const { Attributes = {} } = await callService('looking at a queue', () =>
      sqs.send(
        new GetQueueAttributesCommand({
          QueueUrl: url,
          AttributeNames: [
            'QueueArn',
            'ApproximateNumberOfMessages',
            'ApproximateNumberOfMessagesNotVisible',
          ],
        }),
      ),
    );
    const { queueUrls: sourceUrls = [] } = await callService('looking at a queue', () =>
      sqs.send(new ListDeadLetterSourceQueuesCommand({ QueueUrl: url })),
    );
    const name = nameOf(url);
    const arn = Attributes.QueueArn ?? '';
    const target = targetOf(environment, { name, arn, sourceUrls });
    if (target === undefined) return undefined;
    return {
      name,
      url,
      arn,
      messages: Number(Attributes.ApproximateNumberOfMessages ?? 0),
      inFlight: Number(Attributes.ApproximateNumberOfMessagesNotVisible ?? 0),
      target,
    };
  }

  async function handOver(queue: DeadLetterQueue, message: Message): Promise<void> {
    const body = message.Body ?? '';
    if (queue.target.kind === 'function') {
      const { functionName } = queue.target;
      await callService('calling a function', () =>
        lambda.send(
          new InvokeCommand({
            FunctionName: functionName,
            InvocationType: 'Event',
            Payload: Buffer.from(body),
          }),
        ),
      );
      return;
    }
    if (queue.target.kind !== 'state_machine') throw new Error('SQS moves what is from a queue');
    const { arn } = queue.target;
    await callService(
      'starting a workflow execution',
      async () => {
        const name = `redrive-${message.MessageId}`;
        await sfn.send(new StartExecutionCommand({ stateMachineArn: arn, name, input: detailOf(body) }));
      },
      // Started from this very message before.
      (error) => (error instanceof ExecutionAlreadyExists ? { value: undefined } : undefined),
    );
  }

  async function move(queue: DeadLetterQueue): Promise<RedriveResult> {
    await callService('moving messages', () =>
      sqs.send(new StartMessageMoveTaskCommand({ SourceArn: queue.arn })),
    );
    return { redriven: 0, failed: [], isMoving: true };
  }

  return {
    async list(environment) {
      const urls: string[] = [];
      for (let next: string | undefined; ; ) {
        const page = await callService('listing the queues', () =>
          sqs.send(
            new ListQueuesCommand({
              QueueNamePrefix: environment,
              MaxResults: 1000,
              ...(next === undefined ? {} : { NextToken: next }),
            }),
          ),
        );
        urls.push(...(page.QueueUrls ?? []).filter((url) => /-dead-letters(\.fifo)?$/.test(url)));
        next = page.NextToken;
        if (next === undefined) break;
      }
      const queues = await Promise.all(urls.map((url) => describe(environment, url)));
      return queues
        .filter((queue) => queue !== undefined)
        .sort((one, other) => (one.name < other.name ? -1 : 1));
    },

    async redrive(queue, { limit = Number.POSITIVE_INFINITY, signal } = {}) {
      if (queue.target.kind === 'queue') return queue.messages === 0 ? nothing : move(queue);
      const startedAtMs = clock.now();
      const failed: { message_id: string; reason: string }[] = [];
      let redriven = 0;
      while (redriven + failed.length < limit && signal?.aborted !== true) {
        const { Messages: messages = [] } = await callService('taking dead letters', () =>
          sqs.send(
            new ReceiveMessageCommand({
              QueueUrl: queue.url,
              MaxNumberOfMessages: Math.min(batch, limit - redriven - failed.length),
              VisibilityTimeout: handOverSeconds,
              // Asks all of the servers that the queue lies on: less would miss some.
              WaitTimeSeconds: 1,
              MessageSystemAttributeNames: ['SentTimestamp'],
            }),
          ),
        );
        // What was put here since we began may have failed again just now: it would go round and round.
        const standing = messages.filter(
          ({ Attributes }) => Number(Attributes?.SentTimestamp ?? 0) <= startedAtMs,
        );
        if (standing.length === 0) break;
        for (const message of standing) {
          try {
            await handOver(queue, message);
            await callService('deleting a dead letter', () =>
              sqs.send(
                new DeleteMessageCommand({
                  QueueUrl: queue.url,
                  ReceiptHandle: message.ReceiptHandle ?? '',
                }),
              ),
            );
            redriven += 1;
          } catch (error) {
            const reason = redactText(error instanceof Error ? error.message : String(error));
            failed.push({ message_id: message.MessageId ?? '', reason });
          }
        }
      }
      return { redriven, failed, isMoving: false };
    },

    close() {
      for (const client of [sqs, lambda, sfn]) client.destroy();
    },
  };
}

const nothing: RedriveResult = { redriven: 0, failed: [], isMoving: false };

function nameOf(url: string): string {
  return url.slice(url.lastIndexOf('/') + 1);
}

/** EventBridge puts the whole event aside; the state machine is started with its detail. */
function detailOf(body: string): string {
  try {
    const event: unknown = JSON.parse(body);
    if (typeof event === 'object' && event !== null && 'detail-type' in event && 'detail' in event)
      return JSON.stringify(event.detail);
  } catch {
    // Not an event: the state machine says what is wrong with it.
  }
  return body;
}
