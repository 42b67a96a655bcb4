import { runIdOfExecution } from '@hitl/application';
import { InvalidInputError, type JsonObject } from '@hitl/core';
import { createLogger } from '@hitl/lambda';
import { describe, expect, it } from '@jest/globals';
import { World } from '../../../packages/application/test/world.ts';
import { createExpireApprovalHandler } from '../src/index.ts';

const lifetimeMs = 3_600_000;

function setUp() {
  const world = new World({
    answers: [{ calls: [['dir__suspend', { user: 'jane' }]] }, { text: 'Done.' }],
  });
  return { world, expire: createExpireApprovalHandler(world.deps) };
}

/** The same with its log. */
function setUpLogged(logsExecutionData: boolean) {
  const { world } = setUp();
  const lines: JsonObject[] = [];
  const logger = createLogger({ write: (line) => lines.push(JSON.parse(line)) });
  const expire = createExpireApprovalHandler({ ...world.deps, logger, logsExecutionData });
  const steps = () => lines.map(({ time: _time, level: _level, ...line }) => line);
  return { world, expire, steps };
}

describe('the end of a wait', () => {
  it('expires what nobody decided in time, and lets the step look again', async () => {
    const { world, expire } = setUp();
    const { run_id } = await world.ask('suspend jane');
    world.clock.advance(lifetimeMs);
    const input = { run_id, status: 'running', timed_out: { Error: 'States.Timeout' } };
    expect(await expire({ input, execution_id: 'exec-1' })).toEqual({ run_id, status: 'running' });
    expect((await world.settle(run_id)).status).toBe('expired');
    expect(world.tools.calls).toEqual([]);
  });

  it('finds the run of an execution that began it itself', async () => {
    const { world, expire } = setUp();
    const run_id = runIdOfExecution('exec-1');
    await world.ask('suspend jane', { run_id });
    world.clock.advance(lifetimeMs);
    const input = { action_text: 'suspend jane', user_id: 'alice', timed_out: {} };
    expect(await expire({ input, execution_id: 'exec-1' })).toEqual({ run_id, status: 'running' });
    expect((await world.settle(run_id)).status).toBe('expired');
  });

  it('changes nothing before its time', async () => {
    const { world, expire } = setUp();
    const { run_id, sequence } = await world.ask('suspend jane');
    await expire({ input: { run_id }, execution_id: 'exec-1' });
    expect(await world.settle(run_id)).toMatchObject({ status: 'awaiting_approval', sequence });
  });

  it('does not take a broken payload for the schedule', async () => {
    const { expire } = setUp();
    const failure = expire({ input: { run: 'run_1' }, execution_id: 'exec-1' });
    await expect(failure).rejects.toBeInstanceOf(InvalidInputError);
    await expect(failure).rejects.toMatchObject({ errors: [{ path: 'input' }] });
  });

  it('is one line in the log, with what the execution gave and got, without secrets', async () => {
    const { world, expire, steps } = setUpLogged(true);
    const run_id = runIdOfExecution('exec-1');
    await world.ask('suspend jane', { run_id });
    const input = {
      action_text: 'suspend jane, password: hunter-two',
      timed_out: { Error: 'States.Timeout' },
    };
    await expire({ input, execution_id: 'exec-1' });
    expect(steps()).toEqual([
      {
        message: 'workflow step',
        state: 'Expire',
        execution_id: 'exec-1',
        run_id,
        outcome: 'continue',
        answer: 'returned',
        input: { ...input, action_text: 'suspend jane, password: [redacted]' },
        output: { run_id, status: 'running' },
      },
    ]);
    await expect(expire({ input: { run: 'run_1' }, execution_id: 'exec-1' })).rejects.toThrow();
    expect(steps()[1]).toMatchObject({
      execution_id: 'exec-1',
      outcome: 'failed',
      error: { name: 'InvalidInputError' },
      input: { run: 'run_1' },
    });
  });

  it('is logged without data where the environment wants none', async () => {
    const { world, expire, steps } = setUpLogged(false);
    const { run_id } = await world.ask('suspend jane');
    await expire({ input: { run_id }, execution_id: 'exec-1' });
    const ids = { state: 'Expire', execution_id: 'exec-1', run_id };
    expect(steps()).toEqual([{ message: 'workflow step', ...ids, outcome: 'continue' }]);
  });
});

describe('the schedule', () => {
  it('reminds and expires everything that is due, and wakes what nobody waits for any more', async () => {
    const { world, expire, steps } = setUpLogged(true);
    const first = await world.ask('suspend jane');
    world.clock.advance(lifetimeMs / 2);
    const second = await world.ask('suspend jane');
    expect(await expire({ 'detail-type': 'Scheduled Event' })).toEqual({ swept: 1 });
    expect(await world.eventTypes(first)).toContain('approval-reminded');
    world.clock.advance(lifetimeMs / 2);
    await expire({});
    expect((await world.settle(first.run_id)).status).toBe('expired');
    expect((await world.settle(second.run_id)).status).toBe('awaiting_approval');
    expect(world.woken.filter((id) => id === first.run_id)).toHaveLength(2);
    // No execution stands behind it.
    expect(steps()).toEqual([]);
  });
});
