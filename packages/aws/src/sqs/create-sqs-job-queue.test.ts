import { createHash } from 'node:crypto';
import { UnavailableError } from '@hitl/core';
import { describeJobQueueContract } from '@hitl/testing/contracts';
import { afterEach, describe, expect, it } from '@jest/globals';
import { localCredentials, ServiceFault, startJsonService } from '../../test/start-json-service.ts';
import { createSqsJobQueue } from './create-sqs-job-queue.ts';

interface Sent {
  readonly group: string;
  readonly deduplicationId: string;
  readonly body: Record<string, never>;
}

/** Speaks SQS's JSON protocol and keeps its five minutes of deduplication. */
async function openQueue(clock: { now(): number }, fault: () => string | undefined = () => undefined) {
  const sent: Sent[] = [];
  const seen = new Map<string, number>();
  const service = await startJsonService({
    SendMessage({ MessageBody, MessageGroupId, MessageDeduplicationId }) {
      const type = fault();
      if (type !== undefined) throw new ServiceFault(type, 503);
      for (const id of [MessageGroupId, MessageDeduplicationId]) {
        if (!/^[\x21-\x7e]{1,128}$/.test(String(id))) throw new ServiceFault('InvalidParameterValue');
      }
      const takenAt = seen.get(String(MessageDeduplicationId));
      if (takenAt === undefined || clock.now() - takenAt >= 300_000) {
        seen.set(String(MessageDeduplicationId), clock.now());
        sent.push({
          group: String(MessageGroupId),
          deduplicationId: String(MessageDeduplicationId),
          body: JSON.parse(String(MessageBody)),
        });
      }
      // The client compares it with what it sent.
      const MD5OfMessageBody = createHash('md5').update(String(MessageBody)).digest('hex');
      return { MessageId: '1', SequenceNumber: '1', MD5OfMessageBody };
    },
  });
  const subject = createSqsJobQueue({
    region: 'eu-central-1',
    endpoint: service.endpoint,
    credentials: localCredentials,
    maxAttempts: 1,
    queueUrl: `${service.endpoint}/123456789012/dev-hitl-slack.fifo`,
  });
  return { subject, sent, received: async () => sent, close: () => service.close() };
}

describeJobQueueContract('createSqsJobQueue', ({ clock }) => openQueue(clock));

describe('jobs in SQS', () => {
  const closers: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0)) await close();
  });

  it('go by a hash where SQS would not take a group or an id', async () => {
    const queue = await openQueue({ now: () => 0 });
    closers.push(queue.close);
    await queue.subject.send({ group: 'C1:17 ü', deduplicationId: 'x'.repeat(200), body: {} });
    expect(queue.sent).toEqual([
      {
        group: expect.stringMatching(/^[0-9a-f]{64}$/),
        deduplicationId: expect.stringMatching(/^[0-9a-f]{64}$/),
        body: {},
      },
    ]);
  });

  it('that could not be handed over are an error without the service’s words', async () => {
    const queue = await openQueue({ now: () => 0 }, () => 'ServiceUnavailable');
    closers.push(queue.close);
    const sending = queue.subject.send({ group: 'g', deduplicationId: 'd', body: {} });
    await expect(sending).rejects.toThrow(UnavailableError);
    await expect(sending).rejects.toThrow(/^sending a job is not possible now \(ServiceUnavailable\)$/);
  });
});
