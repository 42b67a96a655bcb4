import { createGrant } from '@hitl/application';
import { InvalidInputError, type JsonObject, type JsonValue, pendingApproval } from '@hitl/core';
import { describe, expect, it } from '@jest/globals';
import { as, defaultTools, World, type WorldOptions } from '../../../packages/application/test/world.ts';
import { type AdvanceDeps, createAdvanceHandler } from '../src/index.ts';

const suspendJane: WorldOptions = {
  answers: [{ calls: [['dir__suspend', { user: 'jane' }]] }, { text: 'Done.' }],
};
const lookUpJane: WorldOptions = {
  answers: [{ calls: [['dir__get', { user: 'jane' }]] }, { text: 'Jane it is.' }],
};

/** The step in a world, with what it answered to tokens and whom it asked to tell people. */
function setUp(options: WorldOptions, change: (deps: AdvanceDeps) => Partial<AdvanceDeps> = () => ({})) {
  const world = new World(options);
  const answered: { token: string; output: JsonObject }[] = [];
  const told: string[] = [];
  const deps: AdvanceDeps = {
    ...world.deps,
    tasks: { succeed: async (token, output) => void answered.push({ token, output }) },
    requestApproval: async (runId) => void told.push(runId),
  };
  const handler = createAdvanceHandler({ ...deps, ...change(deps) });
  const step = (input: JsonValue, task_token = 'token-1', execution_id = 'exec-1') =>
    handler({ input, task_token, execution_id }, new AbortController().signal);
  const invoke = (event: unknown) => handler(event, new AbortController().signal);
  return { world, answered, told, step, invoke };
}

const onlyRun = async (world: World) => {
  const { items } = await world.deps.runs.list({ limit: 10 });
  expect(items).toHaveLength(1);
  const run = await world.deps.repository.load(items[0]?.run_id ?? '');
  if (run === undefined) throw new Error('no run');
  return run;
};

describe('the step with a task token', () => {
  it('answers the token with the run when the run is finished', async () => {
    const { answered, told, step, world } = setUp(lookUpJane);
    const result = await step({ action_text: 'who is jane', user_id: 'alice' });
    expect(result).toMatchObject({ outcome: 'finished' });
    expect(answered).toMatchObject([
      {
        token: 'token-1',
        output: { run_id: result.run_id, status: 'completed', user_id: 'alice', output: 'Jane it is.' },
      },
    ]);
    expect(told).toEqual([]);
    expect(await world.deps.approvals.getTaskToken(String(result.run_id))).toBeUndefined();
  });

  it('stores the token and tells people when the run waits for them', async () => {
    const { answered, told, step, world } = setUp(suspendJane);
    const { run_id, outcome } = await step({ action_text: 'suspend jane', user_id: 'alice' });
    expect(outcome).toBe('awaiting_approval');
    expect(answered).toEqual([]);
    expect(told).toEqual([run_id]);
    expect(await world.deps.approvals.getTaskToken(String(run_id))).toBe('token-1');
  });

  it('goes on with the stored run when it is entered again, and replaces the token while it waits', async () => {
    const { answered, step, world } = setUp(suspendJane);
    const { run_id } = await step({ action_text: 'suspend jane', user_id: 'alice' });
    await step({ run_id: String(run_id), status: 'running' }, 'token-2');
    expect(await world.deps.approvals.getTaskToken(String(run_id))).toBe('token-2');
    await world.vote('carol', await onlyRun(world));
    expect(world.woken).toEqual([run_id]);
    await step({ run_id: String(run_id), status: 'running' }, 'token-3');
    expect(answered).toMatchObject([{ token: 'token-3', output: { run_id, status: 'completed' } }]);
    expect(world.tools.calls).toHaveLength(1);
  });

  it('answers the token at once when people decided before it was stored', async () => {
    const { answered, told, step, world } = setUp(suspendJane, ({ approvals }) => ({
      approvals: {
        ...approvals,
        putTaskToken: async (runId, token) => {
          // The vote comes first: its wake finds no token, so nobody but this step can answer it.
          await world.vote('carol', await onlyRun(world));
          await approvals.putTaskToken(runId, token);
        },
      },
    }));
    const { run_id } = await step({ action_text: 'suspend jane', user_id: 'alice' });
    expect(answered).toEqual([{ token: 'token-1', output: { run_id, status: 'running' } }]);
    expect(told).toEqual([]);
  });

  it('goes on when one of two requests was decided before the token was stored, though the other still waits', async () => {
    const both: WorldOptions = {
      answers: [
        {
          calls: [
            ['dir__grant', { user: 'jane' }],
            ['dir__suspend', { user: 'jane' }],
          ],
        },
      ],
    };
    const { answered, told, step, world } = setUp(both, ({ approvals }) => ({
      approvals: {
        ...approvals,
        putTaskToken: async (runId, token) => {
          const run = await onlyRun(world);
          const granted = [...run.approvals.values()].find(({ votes }) => votes.length === 1);
          expect([...run.approvals.values()].map(({ status }) => status)).toEqual(['pending', 'pending']);
          await world.vote('dave', run, {
            approval_id: granted?.approval_id ?? '',
            digest: granted?.digest ?? '',
          });
          await approvals.putTaskToken(runId, token);
        },
      },
    }));
    // The grant is one of two votes, which gives its call a request of its own.
    await createGrant(world.deps, as('carol'), {
      grantee_id: 'alice',
      server: 'dir',
      tool: 'grant',
      arguments: { user: 'jane' },
      max_uses: 1,
      expires_in_seconds: 3600,
      reason: 'agreed',
    });
    const { run_id } = await step({ action_text: 'make jane admin and suspend her', user_id: 'alice' });
    expect(answered).toEqual([{ token: 'token-1', output: { run_id, status: 'running' } }]);
    expect(told).toEqual([]);
  });

  it('takes the same execution for the same run, however often and at once it is tried', async () => {
    const { step, world } = setUp(suspendJane);
    const input = { action_text: 'suspend jane', user_id: 'alice' };
    const results = await Promise.all([step(input), step(input), step(input)]);
    await step(input, 'token-2');
    expect(new Set(results.map(({ run_id }) => run_id)).size).toBe(1);
    const run = await onlyRun(world);
    expect(run.approvals.size).toBe(1);
    await step({ ...input, action_text: 'suspend jane' }, 'token-3', 'exec-2');
    expect((await world.deps.runs.list({ limit: 10 })).items).toHaveLength(2);
  });

  it('takes a person that an execution names for no more than a claim', async () => {
    const { step, world } = setUp(suspendJane);
    await step({ action_text: 'suspend jane', user_id: 'alice' });
    expect((await onlyRun(world)).started).toMatchObject({
      principal: { id: 'alice', assurance: 'asserted' },
      channel: 'workflow',
    });
  });

  it('acts for the workflow itself when an execution names nobody', async () => {
    const { step, world } = setUp(suspendJane);
    await step({ action_text: 'suspend jane' });
    expect((await onlyRun(world)).started.principal).toMatchObject({ id: 'workflow', kind: 'service' });
  });

  it.each([
    ['no action_text', { execution_timeout: 300 }, 'action_text', /action_text: is required/],
    ['a blank action_text', { action_text: '   ' }, 'action_text', /action_text: /],
    ['an action_text that is no text', { action_text: 7 }, 'action_text', /action_text: must be a text/],
    [
      'a wrong time-out',
      { action_text: 'x', execution_timeout: 0 },
      'execution_timeout',
      /execution_timeout/,
    ],
    ['an unknown member', { action_text: 'x', userid: 'alice' }, 'userid', /userid: is not a known field/],
    ['a run that nobody recorded', { run_id: 'run_nobody' }, 'run_id', /run_nobody/],
  ])('fails fast on %s, naming the field, and records nothing', async (_what, input, path, message) => {
    const { answered, step, world } = setUp(suspendJane);
    const failure = step(input);
    await expect(failure).rejects.toBeInstanceOf(InvalidInputError);
    await expect(failure).rejects.toMatchObject({ name: 'InvalidInputError', errors: [{ path }] });
    await expect(failure).rejects.toThrow(message);
    expect(answered).toEqual([]);
    expect((await world.deps.runs.list({ limit: 10 })).items).toEqual([]);
  });

  it('lets a busy run through under the name that the state machine retries on', async () => {
    const log = { claimed: false };
    const { step, world } = setUp(suspendJane);
    const { run_id } = await step({ action_text: 'suspend jane', user_id: 'alice' });
    await world.vote('carol', await onlyRun(world));
    const other = new World({ ...suspendJane, after: world, workerId: 'worker-2' });
    Object.assign(other.deps.settings, { isWorkerAlive: () => true });
    world.tools.setTool({
      ...(defaultTools()[1] ?? fail()),
      run: async () => {
        log.claimed = true;
        const busy = createAdvanceHandler({
          ...other.deps,
          tasks: { succeed: async () => {} },
          requestApproval: async () => {},
        })(
          { input: { run_id: String(run_id) }, task_token: 't', execution_id: 'e' },
          new AbortController().signal,
        );
        await expect(busy).rejects.toMatchObject({ name: 'RunBusyError' });
        return { suspended: true };
      },
    });
    await step({ run_id: String(run_id), status: 'running' }, 'token-2');
    expect(log.claimed).toBe(true);
  });
});

describe('a direct invocation', () => {
  it('acts and returns the run', async () => {
    const { invoke, world } = setUp(lookUpJane);
    const run = await invoke({ action_text: 'who is jane', execution_timeout: 300 });
    expect(run).toMatchObject({ status: 'completed', query: 'who is jane', output: 'Jane it is.' });
    expect((await onlyRun(world)).started.execution_timeout).toBe(300);
  });

  it('returns a run that waits as it stands, and still tells people', async () => {
    const { invoke, told, world } = setUp(suspendJane);
    const run = await invoke({ action_text: 'suspend jane', user_id: 'alice' });
    expect(run).toMatchObject({ status: 'awaiting_approval' });
    expect(told).toEqual([run.run_id]);
    expect(pendingApproval(await onlyRun(world))).toBeDefined();
  });

  it('hands a run over to the workflow when the time of one invocation is used up', async () => {
    const { invoke, world } = setUp(lookUpJane, (deps) => ({
      settings: { ...deps.settings, stepBudgetMs: 0 },
    }));
    const run = await invoke({ action_text: 'who is jane' });
    expect(run).toMatchObject({ status: 'running' });
    expect(world.woken).toEqual([run.run_id]);
  });

  it('goes on with a recorded run', async () => {
    const { invoke, world } = setUp(suspendJane);
    const { run_id } = await invoke({ action_text: 'suspend jane', user_id: 'alice' });
    await world.vote('carol', await onlyRun(world));
    expect(await invoke({ run_id })).toMatchObject({ run_id, status: 'completed' });
  });
});

describe('an output that is too large for the state machine', () => {
  it.each([
    ['one result', 300_000, 1],
    ['several results together', 150_000, 3],
  ])('names %s by reference, keeps what fits, and stays whole in the record', async (_what, size, calls) => {
    const text = 'x'.repeat(size);
    const { answered, step, world } = setUp({
      answers: [
        { calls: Array.from({ length: calls }, (_, i) => ['dir__get', { user: `user-${i}` }] as const) },
        { text: 'Read.' },
      ],
      tools: defaultTools().map((tool) => (tool.tool === 'get' ? { ...tool, run: async () => text } : tool)),
    });
    const { run_id } = await step({ action_text: 'read it', user_id: 'alice' });
    const output = answered[0]?.output ?? {};
    expect(Buffer.byteLength(JSON.stringify(output))).toBeLessThan(256 * 1024);
    expect(output).toMatchObject({ run_id, status: 'completed', output: 'Read.' });
    const results = (output.tool_calls as JsonObject[]).map(({ result }) => result);
    expect(results).toContainEqual({ omitted: true, reference: `/agent/runs/${run_id}` });
    const kept = results.filter((result) => JSON.stringify(result).includes(text));
    expect(kept).toHaveLength(calls === 1 ? 0 : 1);
    const stored = [...(await onlyRun(world)).calls.values()][0]?.result;
    expect(stored).toHaveProperty('sha256');
  });

  it('names the whole run by reference when it is large without its results', async () => {
    const { answered, step } = setUp({ answers: [{ text: 'y'.repeat(300_000) }] });
    const { run_id } = await step({ action_text: 'tell me everything', user_id: 'alice' });
    expect(answered[0]?.output).toMatchObject({
      run_id,
      status: 'completed',
      omitted: true,
      reference: `/agent/runs/${run_id}`,
    });
  });
});

function fail(): never {
  throw new Error('no such tool');
}
