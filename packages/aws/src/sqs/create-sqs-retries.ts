import { ChangeMessageVisibilityCommand, SQSClient } from '@aws-sdk/client-sqs';
import { callService } from '../call-service.ts';
import { clientConfiguration, type ServiceClientOptions } from '../service-client-options.ts';

/** A message that could not be dealt with, as the event source handed it over. */
export interface FailedMessage {
  readonly queueUrl: string;
  readonly receiptHandle: string;
  /** How often it was handed over so far. */
  readonly receiveCount: number;
}

const firstSeconds = 5;
const longestSeconds = 300;

/** Seconds until the next attempt: soon after the first, then three times as long each time, up to five minutes. */
export function retryDelaySeconds(receiveCount: number): number {
  return Math.min(longestSeconds, firstSeconds * 3 ** Math.max(0, receiveCount - 1));
}

/** Has a failed message handed over again with back-off, instead of after the time that one attempt may take. */
export function createSqsRetries(options: ServiceClientOptions): (message: FailedMessage) => Promise<void> {
  const client = new SQSClient(clientConfiguration(options));
  return async ({ queueUrl, receiptHandle, receiveCount }) => {
    await callService('putting a job off', () =>
      client.send(
        new ChangeMessageVisibilityCommand({
          QueueUrl: queueUrl,
          ReceiptHandle: receiptHandle,
          VisibilityTimeout: retryDelaySeconds(receiveCount),
        }),
      ),
    );
  };
}
