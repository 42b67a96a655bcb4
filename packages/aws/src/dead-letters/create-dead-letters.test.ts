import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startDeadLetterPeer } from '../../test/start-dead-letter-peer.ts';
import { localCredentials } from '../../test/start-json-service.ts';
import { createDeadLetters, type DeadLetters } from './create-dead-letters.ts';

let peer: Awaited<ReturnType<typeof startDeadLetterPeer>>;
let deadLetters: DeadLetters;
beforeEach(async () => {
  peer = await startDeadLetterPeer();
  deadLetters = createDeadLetters({
    region: 'eu-central-1',
    endpoint: peer.url,
    credentials: localCredentials,
    maxAttempts: 1,
  });
});
afterEach(async () => {
  deadLetters.close();
  await peer.close();
});

async function queueNamed(name: string) {
  const queue = (await deadLetters.list('dev')).find((one) => one.name === name);
  if (queue === undefined) throw new Error(`${name} is not listed`);
  return queue;
}

describe('dead letters', () => {
  it('are listed with how many there are and where they belong, of this environment only', async () => {
    peer.addQueue('dev_advance-dead-letters', [{ run_id: 'run_1' }]);
    peer.addQueue('dev-agentcore-dead-letters');
    peer.addQueue('dev-hitl-slack-dead-letters.fifo', [{ kind: 'vote' }], ['dev-hitl-slack.fifo']);
    for (const foreign of ['dev-hitl-slack.fifo', 'dev-eu_advance-dead-letters', 'dev-payroll-dead-letters'])
      peer.addQueue(foreign);
    expect(await deadLetters.list('dev')).toMatchObject([
      {
        name: 'dev-agentcore-dead-letters',
        messages: 0,
        target: {
          kind: 'state_machine',
          arn: 'arn:aws:states:eu-central-1:123456789012:stateMachine:dev-hitl-workflow',
        },
      },
      {
        name: 'dev-hitl-slack-dead-letters.fifo',
        messages: 1,
        target: { kind: 'queue', url: `${peer.url}/123456789012/dev-hitl-slack.fifo` },
      },
      {
        name: 'dev_advance-dead-letters',
        messages: 1,
        target: { kind: 'function', functionName: 'dev_advance:live' },
      },
    ]);
  });

  it('of a function are handed to it again as they were, each once, and are gone then', async () => {
    const events = Array.from({ length: 23 }, (_, n) => ({ run_id: `run_${n}`, note: 'ü' }));
    peer.addQueue('dev_hitl_approval-dead-letters', events);
    const queue = await queueNamed('dev_hitl_approval-dead-letters');
    expect(await deadLetters.redrive(queue)).toEqual({ redriven: 23, failed: [], isMoving: false });
    expect(peer.invoked).toEqual(events.map((event) => ({ functionName: 'dev_hitl_approval:live', event })));
    expect(peer.left(queue.name)).toBe(0);
    expect(await deadLetters.redrive(queue)).toMatchObject({ redriven: 0, failed: [] });
  });

  it('stay where they are when the function does not take them, and say why', async () => {
    peer.addQueue('dev_advance-dead-letters', [{ n: 1 }, { n: 2 }, { n: 3 }]);
    peer.faults.lambda.push(undefined, 429);
    const queue = await queueNamed('dev_advance-dead-letters');
    const result = await deadLetters.redrive(queue);
    expect(result).toMatchObject({
      redriven: 2,
      failed: [{ reason: 'calling a function is not possible now (TooManyRequestsException)' }],
    });
    expect(peer.left(queue.name)).toBe(1);
    peer.advance(121_000);
    expect(await deadLetters.redrive(queue)).toMatchObject({ redriven: 1, failed: [] });
    expect(peer.invoked.map(({ event }) => event)).toEqual([{ n: 1 }, { n: 3 }, { n: 2 }]);
  });

  it('that fail again while they are redriven do not go round and round', async () => {
    peer.addQueue('dev_advance-dead-letters', [{ n: 1 }]);
    const queue = await queueNamed('dev_advance-dead-letters');
    peer.queues.get(queue.name)?.messages.push({
      id: 'again',
      body: '{"n":1}',
      sentAtMs: Date.now() + 60_000,
      visibleAtMs: 0,
      receipt: '',
    });
    expect(await deadLetters.redrive(queue)).toMatchObject({ redriven: 1 });
    expect([peer.invoked.length, peer.left(queue.name)]).toEqual([1, 1]);
  });

  it('of the bus start one execution each, whatever is lost on the way', async () => {
    peer.addQueue('dev-agentcore-dead-letters', [
      { 'detail-type': 'ActionRequested', detail: { action_text: 'list all users' } },
    ]);
    const queue = await queueNamed('dev-agentcore-dead-letters');
    peer.faults.deletes = 1;
    expect(await deadLetters.redrive(queue)).toMatchObject({ redriven: 0, failed: [{}] });
    peer.advance(121_000);
    expect(await deadLetters.redrive(queue)).toMatchObject({ redriven: 1, failed: [] });
    expect([...peer.executions.values()]).toEqual(['{"action_text":"list all users"}']);
    expect(peer.left(queue.name)).toBe(0);
  });

  it('of a queue are moved back by SQS itself, when there are any', async () => {
    peer.addQueue('dev-hitl-slack-dead-letters.fifo', [{ kind: 'vote' }], ['dev-hitl-slack.fifo']);
    const queue = await queueNamed('dev-hitl-slack-dead-letters.fifo');
    expect(await deadLetters.redrive(queue)).toEqual({ redriven: 0, failed: [], isMoving: true });
    expect(peer.moves).toEqual(['arn:aws:sqs:eu-central-1:123456789012:dev-hitl-slack-dead-letters.fifo']);
    peer.addQueue(queue.name, [], ['dev-hitl-slack.fifo']);
    expect(await deadLetters.redrive(await queueNamed(queue.name))).toMatchObject({ isMoving: false });
    expect(peer.moves).toHaveLength(1);
  });

  it('are redriven no further than asked for', async () => {
    peer.addQueue('dev_advance-dead-letters', [{ n: 1 }, { n: 2 }, { n: 3 }]);
    const queue = await queueNamed('dev_advance-dead-letters');
    expect(await deadLetters.redrive(queue, { limit: 2 })).toMatchObject({ redriven: 2 });
    expect(await deadLetters.redrive(queue, { signal: AbortSignal.abort() })).toMatchObject({ redriven: 0 });
    expect(peer.left(queue.name)).toBe(1);
  });
});
