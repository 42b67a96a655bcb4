import { InvalidInputError, type JsonValue, RunBusyError } from '@hitl/core';
import { type AdvancePayload, createWorkflowDefinition, type ExpirePayload } from '@hitl/workflow';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  createLocalWorkflowEngine,
  type LocalWorkflowEngine,
  type LocalWorkflowEngineOptions,
} from './create-local-workflow-engine.ts';

type Step = (payload: AdvancePayload, engine: LocalWorkflowEngine, signal: AbortSignal) => Promise<unknown>;

const open: LocalWorkflowEngine[] = [];
afterEach(async () => {
  for (const engine of open.splice(0)) await engine.close();
});

function setUp(
  advance: Step,
  more: Partial<LocalWorkflowEngineOptions> & {
    approvalTimeoutSeconds?: number;
    expire?: (payload: ExpirePayload) => Promise<JsonValue>;
  } = {},
) {
  const { approvalTimeoutSeconds = 3600, expire, ...options } = more;
  const states: string[] = [];
  const engine = createLocalWorkflowEngine({
    definition: createWorkflowDefinition({
      advanceFunction: 'advance',
      expireFunction: 'expire',
      approvalTimeoutSeconds,
    }),
    functions: {
      advance: (payload, signal) => advance(payload as unknown as AdvancePayload, engine, signal),
      expire: (payload) =>
        (expire ?? (async () => ({ run_id: 'r', status: 'expired' })))(payload as unknown as ExpirePayload),
    },
    onStateEntered: (_id, state) => states.push(state),
    ...options,
  });
  open.push(engine);
  return { engine, states };
}

/** A run that needs one approval: waits at the first entry, is over at the second. */
function needsOneApproval(): Step {
  const entered = new Set<string>();
  return async ({ input, task_token }, engine) => {
    const run_id = typeof input.run_id === 'string' ? input.run_id : 'run_new';
    if (!entered.has(run_id)) {
      entered.add(run_id);
      return { run_id, status: 'awaiting_approval' };
    }
    await engine.tasks.succeed(task_token, { run_id, status: 'completed', output: 'done' });
    return { run_id, status: 'completed' };
  };
}

/** States are reported a few microtasks behind the execution. */
const eventsDelivered = () => new Promise((resolve) => setImmediate(resolve));

describe('the local workflow engine', () => {
  it('takes 3 transitions for a run without an approval, and the output is the run', async () => {
    const { engine, states } = setUp(async ({ task_token }) => {
      await engine.tasks.succeed(task_token, { run_id: 'run_1', status: 'completed', output: 'done' });
    });
    const { result } = engine.startExecution({ action_text: 'List all users' });
    expect(await result).toEqual({ run_id: 'run_1', status: 'completed', output: 'done' });
    await eventsDelivered();
    expect(states).toEqual(['Advance', 'Route', 'Done']);
  });

  it('takes 5 transitions for a run with one approval', async () => {
    const { engine, states } = setUp(needsOneApproval());
    const { result } = engine.startExecution({ action_text: 'Create a user' });
    await engine.idle();
    expect(states).toEqual(['Advance']);
    await engine.wake('run_new');
    expect(await result).toMatchObject({ run_id: 'run_new', status: 'completed' });
    await eventsDelivered();
    expect(states).toEqual(['Advance', 'Route', 'Advance', 'Route', 'Done']);
  });

  it('finds the execution that waits by the token that its step has stored', async () => {
    const tokens = new Map<string, string>();
    const step = needsOneApproval();
    const { engine, states } = setUp(
      async (payload, self, signal) => {
        tokens.set('run_new', payload.task_token);
        await step(payload, self, signal);
      },
      { getTaskToken: async (runId) => tokens.get(runId) },
    );
    const { result } = engine.startExecution({ action_text: 'Create a user' });
    await engine.idle();
    await engine.wake('run_new');
    expect(await result).toMatchObject({ status: 'completed' });
    await eventsDelivered();
    expect(states).toHaveLength(5);
  });

  it('does not lose a decision that falls while the step is still returning', async () => {
    let entries = 0;
    const { engine } = setUp(async ({ task_token }) => {
      entries += 1;
      if (entries === 1) {
        // The vote comes after the request was made and before the step is back.
        await engine.wake('run_1');
        return { run_id: 'run_1', status: 'awaiting_approval' };
      }
      await engine.tasks.succeed(task_token, { run_id: 'run_1', status: 'completed' });
      return undefined;
    });
    await engine.start('run_1');
    await engine.idle();
    expect(entries).toBe(2);
    expect(engine.counts()).toEqual({ executions: 0, waiting: 0 });
  });

  it('fails at once, under a name of its own, when action_text is missing', async () => {
    let calls = 0;
    const { engine, states } = setUp(async ({ input }) => {
      calls += 1;
      if (!('action_text' in input))
        throw new InvalidInputError('action_text must say in plain English what to do');
    });
    const { result } = engine.startExecution({ execution_timeout: 300 });
    await expect(result).rejects.toMatchObject({
      name: 'InvalidInput',
      message: expect.stringContaining('action_text'),
    });
    expect(calls).toBe(1);
    await eventsDelivered();
    expect(states).toEqual(['Advance', 'InvalidInput']);
  });

  it('fails under the name of the error that is nobody’s fault to retry', async () => {
    const { engine, states } = setUp(async () => {
      throw new TypeError('a defect');
    });
    await expect(engine.startExecution({ action_text: 'x' }).result).rejects.toMatchObject({
      name: 'TypeError',
    });
    await eventsDelivered();
    expect(states).toEqual(['Advance', 'Failed']);
  });

  it('enters the step again when another worker was busy with the run', async () => {
    let entries = 0;
    const { engine, states } = setUp(async ({ task_token }) => {
      entries += 1;
      if (entries === 1) throw new RunBusyError('another worker acts on the run');
      await engine.tasks.succeed(task_token, { run_id: 'run_1', status: 'completed' });
    });
    await engine.start('run_1');
    await engine.idle();
    expect(entries).toBe(2);
    await eventsDelivered();
    expect(states).toEqual(['Advance', 'Route', 'Done']);
  });

  it('asks the expire function when nobody decides in time, and waits on when it says so', async () => {
    const asked: ExpirePayload[] = [];
    const tokens: string[] = [];
    const { engine, states } = setUp(
      async ({ task_token }) => {
        tokens.push(task_token);
        return { run_id: 'run_1', status: 'awaiting_approval' };
      },
      {
        approvalTimeoutSeconds: 1,
        expire: async (payload) => {
          asked.push(payload);
          // First a reminder: people still have time. Then it is over.
          return { run_id: 'run_1', status: asked.length === 1 ? 'awaiting_approval' : 'expired' };
        },
      },
    );
    const { result, executionId } = engine.startExecution({ action_text: 'Create a user' });
    expect(await result).toEqual({ run_id: 'run_1', status: 'expired' });
    await eventsDelivered();
    expect(states).toEqual(['Advance', 'Expire', 'Route', 'Advance', 'Expire', 'Route', 'Done']);
    expect(asked[0]).toMatchObject({ input: { action_text: 'Create a user' }, execution_id: executionId });
    expect(asked[1]).toMatchObject({ input: { run_id: 'run_1' } });
    expect(new Set(tokens).size).toBe(2);
  });

  it('takes the first answer to a token, and nothing from a token that it does not know', async () => {
    const { engine } = setUp(async ({ task_token }) => {
      await engine.tasks.succeed(task_token, { run_id: 'run_1', status: 'completed' });
      await engine.tasks.succeed(task_token, { run_id: 'run_1', status: 'running' });
      await engine.tasks.succeed('forged', { run_id: 'run_1', status: 'completed' });
    });
    expect(await engine.startExecution({ action_text: 'x' }).result).toMatchObject({ status: 'completed' });
  });

  it('refuses an output over the limit that Step Functions has', async () => {
    const { engine } = setUp(async ({ task_token }) => {
      const output = { run_id: 'run_1', status: 'completed', output: 'x'.repeat(262_144) };
      await expect(engine.tasks.succeed(task_token, output)).rejects.toThrow(InvalidInputError);
      await engine.tasks.succeed(task_token, { run_id: 'run_1', status: 'completed' });
    });
    expect(await engine.startExecution({ action_text: 'x' }).result).toMatchObject({ status: 'completed' });
  });

  it('keeps no more executions waiting than it may, and still wakes every run', async () => {
    const { engine } = setUp(needsOneApproval(), { maxWaiting: 10 });
    const runs = Array.from({ length: 200 }, (_, i) => `run_${i}`);
    await Promise.all(runs.map((run) => engine.start(run)));
    await engine.idle();
    expect(engine.counts()).toEqual({ executions: 10, waiting: 10 });
    await Promise.all(runs.map((run) => engine.wake(run)));
    await engine.idle();
    expect(engine.counts()).toEqual({ executions: 0, waiting: 0 });
  });

  it('lets only so many steps act at a time', async () => {
    let acting = 0;
    let most = 0;
    const { engine } = setUp(
      async ({ task_token }) => {
        acting += 1;
        most = Math.max(most, acting);
        await new Promise((resolve) => setImmediate(resolve));
        acting -= 1;
        await engine.tasks.succeed(task_token, { run_id: 'r', status: 'completed' });
      },
      { maxActing: 4 },
    );
    for (let i = 0; i < 40; i += 1) await engine.start(`run_${i}`);
    await engine.idle();
    expect(most).toBe(4);
  });

  it('stops what acts and what waits when it is closed, and starts nothing more', async () => {
    let wasTold = false;
    const acting = Promise.withResolvers<void>();
    const { engine } = setUp(async ({ input }, _engine, signal) => {
      if (input.run_id === 'run_waits') return { run_id: 'run_waits', status: 'awaiting_approval' };
      acting.resolve();
      await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));
      wasTold = true;
      return undefined;
    });
    await engine.start('run_waits');
    await engine.start('run_acts');
    const { result } = engine.startExecution({ action_text: 'x' });
    await acting.promise;
    await engine.close();
    expect(wasTold).toBe(true);
    expect(await result).toBeUndefined();
    expect(engine.counts()).toEqual({ executions: 0, waiting: 0 });
    await expect(engine.start('run_2')).rejects.toThrow(/closed/);
  });

  it('refuses a definition that calls a function it does not have', () => {
    const definition = createWorkflowDefinition({
      advanceFunction: 'a',
      expireFunction: 'e',
      approvalTimeoutSeconds: 60,
    });
    expect(() => createLocalWorkflowEngine({ definition, functions: { a: async () => null } })).toThrow(
      'state Expire calls e, which is not among the functions',
    );
  });
});
