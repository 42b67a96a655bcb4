import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { InvalidInputError, type JobQueue } from '@hitl/core';
import { callService } from '../call-service.ts';
import { clientConfiguration, type ServiceClientOptions } from '../service-client-options.ts';
import { fifoId } from './fifo-id.ts';

export interface SqsJobQueueOptions extends ServiceClientOptions {
  /** Of a FIFO queue. */
  readonly queueUrl: string;
}

/** Below SQS's own 256 KB, which counts attributes too. */
const maximumBodyBytes = 200 * 1024;

/** `JobQueue` over an SQS FIFO queue: ordered within a group, taken once per deduplication id and five minutes. */
export function createSqsJobQueue(options: SqsJobQueueOptions): JobQueue {
  const client = new SQSClient(clientConfiguration(options));
  return {
    async send(job) {
      const body = JSON.stringify(job.body);
      if (Buffer.byteLength(body) > maximumBodyBytes)
        throw new InvalidInputError(`a job may have at most ${maximumBodyBytes} bytes`);
      await callService('sending a job', () =>
        client.send(
          new SendMessageCommand({
            QueueUrl: options.queueUrl,
            MessageBody: body,
            MessageGroupId: fifoId(job.group),
            MessageDeduplicationId: fifoId(job.deduplicationId),
          }),
        ),
      );
    },
  };
}
