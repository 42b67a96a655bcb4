import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startDeadLetterPeer } from '../../../aws/test/start-dead-letter-peer.ts';
import { hearCommandLine } from '../../test/hear-command-line.ts';

const names = ['AWS_ENDPOINT_URL', 'AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_REGION'] as const;
const before = { ...process.env };
let peer: Awaited<ReturnType<typeof startDeadLetterPeer>>;
beforeAll(async () => {
  peer = await startDeadLetterPeer();
  const values = [peer.url, 'local', 'local', 'eu-central-1'];
  names.forEach((name, at) => {
    process.env[name] = values[at];
  });
});
afterAll(async () => {
  for (const name of names) {
    if (before[name] === undefined) delete process.env[name];
    else process.env[name] = before[name];
  }
  await peer.close();
});

const hitl = (...argv: string[]) => hearCommandLine(['dead-letters', ...argv, '--environment', 'dev']);

describe('the dead letters of a deployed environment', () => {
  it('are counted, sent on their way again, and gone then', async () => {
    peer.addQueue('dev_advance-dead-letters', [{ run_id: 'run_1' }, { run_id: 'run_2' }]);
    peer.addQueue('dev-hitl-slack-dead-letters.fifo', [{ kind: 'vote' }], ['dev-hitl-slack.fifo']);
    const listed = await hitl('list', '--json');
    expect(JSON.parse(listed.stdout)).toEqual({
      environment: 'dev',
      items: [
        {
          queue: 'dev-hitl-slack-dead-letters.fifo',
          messages: 1,
          in_flight: 0,
          goes_to: 'dev-hitl-slack.fifo',
        },
        { queue: 'dev_advance-dead-letters', messages: 2, in_flight: 0, goes_to: 'dev_advance:live' },
      ],
    });
    const redriven = await hitl('redrive', 'all');
    expect([redriven.code, redriven.stdout.trimEnd().split('\n')]).toEqual([
      0,
      [
        'dev-hitl-slack-dead-letters.fifo: SQS moves what is in it to dev-hitl-slack.fifo',
        'dev_advance-dead-letters: 2 sent to dev_advance:live',
      ],
    ]);
    expect(peer.invoked.map(({ event }) => event)).toEqual([{ run_id: 'run_1' }, { run_id: 'run_2' }]);
  });

  it('that are not taken stay, with the reason, and the command fails', async () => {
    peer.addQueue('dev_expire_approval-dead-letters', [{}]);
    peer.faults.lambda.push(404);
    const { code, stdout } = await hitl('redrive', 'dev_expire_approval-dead-letters');
    expect(code).toBe(1);
    expect(stdout).toMatch(/0 sent to dev_expire_approval:live, 1 stay\n .*ResourceNotFoundException/);
    expect(peer.left('dev_expire_approval-dead-letters')).toBe(1);
  });

  it('are looked for by name, and the mistake is named', async () => {
    const unknown = await hitl('redrive', 'dev_payroll-dead-letters');
    expect(unknown.code).not.toBe(0);
    expect(unknown.stderr).toContain('dev has no dead-letter queue "dev_payroll-dead-letters"');
    expect((await hitl('redrive', 'all', '--limit', '0')).code).toBe(2);
  });
});
