import { InvalidInputError, type JobQueue } from '@hitl/core';
import { callService } from '../call-service.ts';
import { fifoId } from '../sqs/fifo-id.ts';
import type { LightClient } from './create-light-client.ts';

const maximumBodyBytes = 200 * 1024;

/** `createSqsJobQueue` without the SDK. `queueUrl` is that of a FIFO queue. */
export function createLightJobQueue(options: {
  readonly client: LightClient;
  readonly queueUrl: string;
}): JobQueue {
  return {
    async send(job) {
      const body = JSON.stringify(job.body);
      if (Buffer.byteLength(body) > maximumBodyBytes)
        throw new InvalidInputError(`a job may have at most ${maximumBodyBytes} bytes`);
      await callService('sending a job', () =>
        options.client({
          service: 'sqs',
          target: 'AmazonSQS.SendMessage',
          protocol: '1.0',
          input: {
            QueueUrl: options.queueUrl,
            MessageBody: body,
            MessageGroupId: fifoId(job.group),
            MessageDeduplicationId: fifoId(job.deduplicationId),
          },
        }),
      );
    },
  };
}
