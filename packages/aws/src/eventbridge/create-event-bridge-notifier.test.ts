import { UnavailableError } from '@hitl/core';
import { describeNotifierContract } from '@hitl/testing/contracts';
import { expect, it } from '@jest/globals';
import { localCredentials, startJsonService } from '../../test/start-json-service.ts';
import { createEventBridgeNotifier } from './create-event-bridge-notifier.ts';

async function openBus(answer: object = { FailedEntryCount: 0, Entries: [{ EventId: '1' }] }) {
  const events: unknown[] = [];
  const service = await startJsonService({
    PutEvents({ Entries }) {
      events.push(...(Entries as unknown[]));
      return answer;
    },
  });
  const subject = createEventBridgeNotifier({
    region: 'eu-central-1',
    endpoint: service.endpoint,
    credentials: localCredentials,
    maxAttempts: 1,
    busName: 'dev-agentcore',
    pages: { publicUrl: 'https://api.example.com/' },
  });
  return { subject, events, received: async () => events, isIdempotent: false, close: () => service.close() };
}

describeNotifierContract('createEventBridgeNotifier', async (run) => {
  const bus = await openBus();
  return {
    ...bus,
    async received() {
      for (const event of bus.events) {
        expect(event).toMatchObject({
          EventBusName: 'dev-agentcore',
          Source: 'hitl-mcp',
          DetailType: expect.stringMatching(/^(ApprovalRequested|ApprovalDecided|RunFinished)$/),
        });
        const detail = JSON.parse((event as { Detail: string }).Detail);
        expect(detail).toMatchObject({ run_id: run.run_id, environment: 'dev', sequence: 4 });
        // Names and digests only: what the call would change is for those who may see it.
        expect(JSON.stringify(detail)).not.toContain('john.doe@example.com');
      }
      return bus.events;
    },
  };
});

it('an event that the bus refused is an error, although the answer was a success', async () => {
  const bus = await openBus({ FailedEntryCount: 1, Entries: [{ ErrorCode: 'ThrottlingException' }] });
  const run = { run_id: 'run_1', started: { principal: {} } } as never;
  await expect(bus.subject.notify({ kind: 'run-finished', run })).rejects.toThrow(UnavailableError);
  await bus.close();
});
