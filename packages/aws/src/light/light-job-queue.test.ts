import { UnavailableError } from '@hitl/core';
import { describeJobQueueContract } from '@hitl/testing/contracts';
import { afterEach, describe, expect, it } from '@jest/globals';
import { localCredentials, ServiceFault, startJsonService } from '../../test/start-json-service.ts';
import { createLightClient } from './create-light-client.ts';
import { createLightJobQueue } from './light-job-queue.ts';

interface Sent {
  readonly group: string;
  readonly deduplicationId: string;
  readonly body: Record<string, never>;
}

/** SQS's JSON protocol with its five minutes of deduplication. */
async function openQueue(clock: { now(): number }, faults: (string | undefined)[] = []) {
  const sent: Sent[] = [];
  const seen = new Map<string, number>();
  const service = await startJsonService({
    SendMessage({ QueueUrl, MessageBody, MessageGroupId, MessageDeduplicationId }) {
      const fault = faults.shift();
      if (fault !== undefined) throw new ServiceFault(fault, fault.startsWith('Internal') ? 500 : 400);
      if (!String(QueueUrl).endsWith('.fifo')) throw new ServiceFault('QueueDoesNotExist');
      for (const id of [MessageGroupId, MessageDeduplicationId])
        if (!/^[\x21-\x7e]{1,128}$/.test(String(id))) throw new ServiceFault('InvalidParameterValue');
      const takenAt = seen.get(String(MessageDeduplicationId));
      if (takenAt === undefined || clock.now() - takenAt >= 300_000) {
        seen.set(String(MessageDeduplicationId), clock.now());
        sent.push({
          group: String(MessageGroupId),
          deduplicationId: String(MessageDeduplicationId),
          body: JSON.parse(String(MessageBody)),
        });
      }
      return { MessageId: '1' };
    },
  });
  const client = createLightClient({
    region: 'eu-central-1',
    endpoint: service.endpoint,
    credentials: localCredentials,
    wait: async () => undefined,
  });
  const subject = createLightJobQueue({
    client,
    queueUrl: `${service.endpoint}/123456789012/dev-hitl-slack.fifo`,
  });
  return { subject, calls: service.calls, received: async () => sent, close: () => service.close() };
}

describeJobQueueContract('createLightJobQueue', ({ clock }) => openQueue(clock));

describe('the light job queue', () => {
  const closers: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0)) await close();
  });
  const job = { group: 'C1:1.0', deduplicationId: 'a', body: { id: 'a' } };

  it('tries again what is passing, three times at most, and nothing else', async () => {
    const open = async (faults: (string | undefined)[]) => {
      const queue = await openQueue({ now: () => 0 }, faults);
      closers.push(queue.close);
      return queue;
    };
    const passing = await open(['RequestThrottled', 'InternalError']);
    await passing.subject.send(job);
    expect(passing.calls).toHaveLength(3);
    const lasting = await open(['InternalError', 'InternalError', 'InternalError']);
    await expect(lasting.subject.send(job)).rejects.toBeInstanceOf(UnavailableError);
    expect(lasting.calls).toHaveLength(3);
    const refused = await open(['AccessDeniedException']);
    const error = await refused.subject.send(job).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UnavailableError);
    expect(String(error)).not.toContain('words of the service');
    expect(refused.calls).toHaveLength(1);
  });
});
