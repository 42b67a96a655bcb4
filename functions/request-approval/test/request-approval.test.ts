import { InvalidInputError, UnavailableError } from '@hitl/core';
import { createRecordingNotifier } from '@hitl/testing';
import { describe, expect, it } from '@jest/globals';
import { World } from '../../../packages/application/test/world.ts';
import { createRequestApprovalHandler } from '../src/index.ts';

function setUp() {
  const world = new World({
    answers: [{ calls: [['dir__suspend', { user: 'jane' }]] }, { text: 'Done.' }],
  });
  const second = createRecordingNotifier('second');
  return {
    world,
    second,
    tell: createRequestApprovalHandler({ ...world.deps, notifiers: [world.notifier, second] }),
  };
}

describe('telling people', () => {
  it('tells the approvers of an open request on every channel', async () => {
    const { world, second, tell } = setUp();
    const { run_id } = await world.ask('suspend jane');
    expect(await tell({ run_id })).toEqual({ run_id, told: 1 });
    for (const notifier of [world.notifier, second]) {
      expect(notifier.sent).toMatchObject([{ kind: 'approval-requested', to: ['group:security'] }]);
    }
  });

  it('lets a channel that is down keep nothing from the others', async () => {
    const { world, second, tell } = setUp();
    const { run_id } = await world.ask('suspend jane');
    world.notifier.failNext(new Error('channel is down'), 1);
    expect(await tell({ run_id })).toEqual({ run_id, told: 1 });
    expect(second.sent).toHaveLength(1);
    expect(world.notifier.sent).toHaveLength(1);
  });

  it('fails, once all others were told, while a channel stays down: then it is tried again and kept', async () => {
    const { world, second, tell } = setUp();
    const { run_id } = await world.ask('suspend jane');
    world.notifier.failNext(new Error('channel is down'), 4);
    await expect(tell({ run_id })).rejects.toThrow(UnavailableError);
    expect(world.notifier.sent).toEqual([]);
    expect(second.sent).toHaveLength(1);
    expect(await tell({ run_id })).toEqual({ run_id, told: 1 });
    expect(world.notifier.sent).toHaveLength(1);
    expect(second.sent).toHaveLength(1);
  });

  it('tells nobody of what is decided, or of a run that is not there', async () => {
    const { world, second, tell } = setUp();
    const waiting = await world.ask('suspend jane');
    await world.vote('carol', waiting);
    expect(await tell({ run_id: waiting.run_id })).toMatchObject({ told: 0 });
    expect(await tell({ run_id: 'run_nobody' })).toMatchObject({ told: 0 });
    expect(second.sent).toEqual([]);
  });

  it('tells what it is handed: reminders while they matter, decisions and ends whenever', async () => {
    const { world, second, tell } = setUp();
    const waiting = await world.ask('suspend jane');
    const { run_id } = waiting;
    const approval_id = [...waiting.approvals.keys()][0] ?? '';
    expect(await tell({ run_id, kind: 'approval-reminded', approval_id })).toMatchObject({ told: 1 });
    await world.vote('carol', waiting);
    expect(await tell({ run_id, kind: 'approval-reminded', approval_id })).toMatchObject({ told: 0 });
    expect(await tell({ run_id, kind: 'approval-decided', approval_id })).toMatchObject({ told: 1 });
    await world.settle(run_id);
    expect(await tell({ run_id, kind: 'run-finished' })).toMatchObject({ told: 1 });
    expect(second.sent.map(({ kind }) => kind)).toEqual([
      'approval-reminded',
      'approval-decided',
      'run-finished',
    ]);
    await expect(tell({ run_id, kind: 'approval-decided' })).rejects.toMatchObject({
      errors: [{ path: 'approval_id' }],
    });
  });

  it('names what is wrong with an event', async () => {
    const { tell } = setUp();
    await expect(tell({})).rejects.toBeInstanceOf(InvalidInputError);
    await expect(tell({})).rejects.toMatchObject({ errors: [{ path: 'run_id' }] });
  });
});
