import { describe, expect, it } from '@jest/globals';
import { localCredentials, startJsonService } from '../../test/start-json-service.ts';
import { createSqsRetries, retryDelaySeconds } from './create-sqs-retries.ts';

describe('a job that failed', () => {
  it('is tried again soon, then ever later, and never later than in five minutes', () => {
    expect([1, 2, 3, 4, 5, 6, 50].map(retryDelaySeconds)).toEqual([5, 15, 45, 135, 300, 300, 300]);
    expect(retryDelaySeconds(0)).toBe(5);
  });

  it('stays out of sight until then', async () => {
    const asked: Record<string, unknown>[] = [];
    const service = await startJsonService({
      ChangeMessageVisibility(input) {
        asked.push(input);
        return {};
      },
    });
    const queueUrl = `${service.endpoint}/123456789012/dev-hitl-slack.fifo`;
    const retryLater = createSqsRetries({
      region: 'eu-central-1',
      endpoint: service.endpoint,
      credentials: localCredentials,
    });
    await retryLater({ queueUrl, receiptHandle: 'r-1', receiveCount: 3 });
    expect(asked).toEqual([{ QueueUrl: queueUrl, ReceiptHandle: 'r-1', VisibilityTimeout: 45 }]);
    await service.close();
  });
});
