import { InvalidInputError, type JsonObject, type JsonValue } from '@hitl/core';
import { createLogger, type LogLevel, withHandler } from '@hitl/lambda';
import { createLocalWorkflowEngine } from '@hitl/local';
import { createWorkflowDefinition } from '@hitl/workflow';
import { afterEach, describe, expect, it } from '@jest/globals';
import { defaultTools, World, type WorldOptions } from '../../../packages/application/test/world.ts';
import { type AdvanceDeps, createAdvanceHandler } from '../src/index.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const closer of closers.splice(0)) await closer();
});

const secret = ['hunter', 'two'].join('-');
const request = { action_text: `suspend jane, her password is ${secret}`, user_id: 'alice' };
const suspendJane: WorldOptions = {
  answers: [{ calls: [['dir__suspend', { user: 'jane' }]] }, { text: 'Done.' }],
};
const reading = (text: string): WorldOptions => ({
  answers: [{ calls: [['dir__get', { user: 'jane' }]] }, { text: 'Read.' }],
  tools: defaultTools().map((tool) => (tool.tool === 'get' ? { ...tool, run: async () => text } : tool)),
});

interface Options {
  readonly level?: LogLevel;
  /** As the function reads it from its environment. */
  readonly data?: { readonly logsExecutionData?: boolean };
  readonly change?: (deps: AdvanceDeps) => Partial<AdvanceDeps>;
}

/** The step in the real state machine and in what every function has around it, with everything written that they write. */
function open(world: World, options: Options = {}) {
  const { level = 'info', data = { logsExecutionData: true }, change = () => ({}) } = options;
  const written: string[] = [];
  const tokens: string[] = [];
  const logger = createLogger({ level, write: (line) => written.push(line) });
  const engine = createLocalWorkflowEngine({
    definition: createWorkflowDefinition({
      advanceFunction: 'advance',
      expireFunction: 'expire-approval',
      approvalTimeoutSeconds: 600,
    }),
    functions: {
      advance: (event) => {
        tokens.push((event as { task_token: string }).task_token);
        return invoke(event);
      },
      'expire-approval': async () => ({}),
    },
    getTaskToken: (runId) => world.deps.approvals.getTaskToken(runId),
    logger,
  });
  closers.push(() => engine.close());
  Object.assign(world.deps, { workflow: engine, logger });
  const deps: AdvanceDeps = {
    ...world.deps,
    ...data,
    tasks: engine.tasks,
    requestApproval: async () => {},
  };
  const step = createAdvanceHandler({ ...deps, ...change(deps) });
  const metrics = { add() {}, annotate() {}, flush() {} };
  const invoke = withHandler<unknown, JsonObject>(
    { name: 'advance', environment: 'dev', logger, metrics },
    (event) => step(event, new AbortController().signal),
  );
  const lines = () => written.map((line) => JSON.parse(line) as JsonObject);
  return {
    engine,
    written,
    tokens,
    invoke,
    lines,
    steps: () => lines().filter(({ message }) => message === 'workflow step'),
    run: async (input: JsonValue) => {
      const { executionId, result } = engine.startExecution(input);
      return { executionId, output: await result };
    },
  };
}

async function approve(world: World): Promise<void> {
  const { items } = await world.deps.runs.list({ limit: 1 });
  const run = await world.deps.repository.load(items[0]?.run_id ?? '');
  if (run === undefined) throw new Error('no run');
  await world.vote('carol', run);
}

describe('the line of a step', () => {
  it('holds what the execution gave it and what it answered, over a whole run with an approval, but no token and no secret', async () => {
    const world = new World(suspendJane);
    const on = open(world);
    const { executionId, result } = on.engine.startExecution(request);
    await on.engine.idle();
    const [waiting] = on.steps();
    const run_id = String(waiting?.run_id);
    expect(waiting).toMatchObject({
      level: 'info',
      function: 'advance',
      state: 'Advance',
      execution_id: executionId,
      run_id: expect.stringMatching(/^run_/),
      outcome: 'awaiting_approval',
      answer: 'token_kept',
      input: { action_text: 'suspend jane, her password is [redacted]', user_id: 'alice' },
    });
    expect(waiting).not.toHaveProperty('output');

    await approve(world);
    const output = (await result) as JsonObject;
    expect(output).toMatchObject({ run_id, status: 'completed', output: 'Done.' });
    expect(on.steps()).toHaveLength(2);
    // The record holds no secret, so the run that is sent and the run that is logged are the same.
    expect(on.steps()[1]).toMatchObject({
      state: 'Advance',
      execution_id: executionId,
      run_id,
      outcome: 'finished',
      answer: 'sent',
      input: { run_id, status: 'running' },
      output,
    });

    expect(on.tokens).toHaveLength(2);
    for (const hidden of [...on.tokens, secret, 'task_token'])
      expect(on.written.join()).not.toContain(hidden);
  });

  it('says of a step that only went on what the next one was given', async () => {
    const on = open(new World({ answers: [{ text: 'Hello.' }] }), {
      change: ({ settings }) => ({ settings: { ...settings, stepBudgetMs: 0 } }),
    });
    const { output } = await on.run({ action_text: 'say hello' });
    const [first, second] = on.steps();
    const next = { run_id: (output as JsonObject).run_id, status: 'running' };
    expect(first).toMatchObject({ outcome: 'continue', answer: 'sent', output: next });
    expect(second).toMatchObject({ input: next });
  });

  it('is written of a direct invocation too, which no execution stands behind', async () => {
    const on = open(new World(reading('jane')));
    const output = await on.invoke({ action_text: 'who is jane', execution_timeout: 300 });
    expect(on.steps()).toMatchObject([
      {
        state: 'Advance',
        run_id: output.run_id,
        outcome: 'finished',
        answer: 'returned',
        input: { action_text: 'who is jane', execution_timeout: 300 },
        output,
      },
    ]);
    expect(on.steps()[0]).not.toHaveProperty('execution_id');
  });

  it('holds ids, state and outcome only where nobody asked for data', async () => {
    for (const data of [{ logsExecutionData: false }, {}]) {
      const world = new World(suspendJane);
      const on = open(world, { data });
      const { executionId, result } = on.engine.startExecution(request);
      await on.engine.idle();
      await approve(world);
      const { run_id } = (await result) as JsonObject;
      expect(on.steps().map(({ time: _time, correlation_id: _id, ...line }) => line)).toEqual(
        ['awaiting_approval', 'finished'].map((outcome) => ({
          level: 'info',
          message: 'workflow step',
          function: 'advance',
          state: 'Advance',
          execution_id: executionId,
          run_id,
          outcome,
        })),
      );
      expect(on.written.join()).not.toContain('jane');
    }
  });

  it('is not written at the level that the local stack has by itself', async () => {
    const on = open(new World(reading('jane')), { level: 'warn' });
    expect((await on.run({ action_text: 'who is jane' })).output).toMatchObject({ status: 'completed' });
    expect(on.written).toEqual([]);
  });
});

describe('a line', () => {
  const sizeOf = (line: JsonObject | undefined) => Buffer.byteLength(JSON.stringify(line));

  it('shows long and deep data whole as long as it fits', async () => {
    const text = `${'x'.repeat(100_000)} and its end`;
    const on = open(new World(reading(text)));
    const { output } = await on.run({ action_text: 'read it' });
    expect(on.steps()[0]).toMatchObject({ output: output as JsonObject });
    expect(on.written.join()).toContain('and its end');
  });

  it('names a result that is too large by reference, as the state machine got it', async () => {
    const on = open(new World(reading('x'.repeat(300_000))));
    const { output } = await on.run({ action_text: 'read it' });
    const { run_id } = output as JsonObject;
    expect(on.steps()[0]).toMatchObject({
      output: { tool_calls: [{ result: { omitted: true, reference: `/agent/runs/${run_id}` } }] },
    });
    expect(sizeOf(on.steps()[0])).toBeLessThan(256 * 1024);
  });

  it.each([
    ['as it is', 'x'.repeat(30_000), 30_018],
    ['once its secrets are taken out', 'pwd=abc '.repeat(2500), 37_518],
  ])('names an input by reference that is too large %s: the execution has it', async (_when, text, bytes) => {
    const on = open(new World(suspendJane));
    const { executionId, result } = on.engine.startExecution({ action_text: text });
    await expect(result).rejects.toThrow();
    expect(on.steps()).toMatchObject([{ input: { omitted: true, bytes, reference: executionId } }]);
  });
});

describe('the line of a step that fails', () => {
  it('names the error beside what the step was given, and leaves the rest to the line of the invocation', async () => {
    const on = open(new World(suspendJane));
    const { executionId, result } = on.engine.startExecution({ ...request, password: secret });
    await expect(result).rejects.toMatchObject({ name: 'InvalidInput' });
    const [line, ...more] = on.steps();
    expect(more).toEqual([]);
    expect(line).toMatchObject({
      level: 'info',
      state: 'Advance',
      execution_id: executionId,
      outcome: 'failed',
      error: { name: 'InvalidInputError', code: 'invalid_input', message: 'password: is not a known field' },
      input: { user_id: 'alice', password: '[redacted]' },
    });
    expect(line).not.toHaveProperty('run_id');
    expect(on.lines().filter(({ message }) => message === 'invocation failed')).toHaveLength(1);
    expect(on.written.join()).not.toContain(secret);
  });

  it('holds no token, whatever the error says of it, and neither does the error that goes on', async () => {
    const token = ['a', 'token', 'of', 'the', 'state', 'machine'].join('+');
    const on = open(new World(reading('jane')), {
      change: () => ({
        tasks: {
          succeed: async (taskToken) => {
            const refused = Object.assign(new Error(`Value '${taskToken}' at 'taskToken' is too long`), {
              request: { taskToken, headers: [taskToken] },
            });
            throw new TypeError(`answering ${taskToken} failed`, { cause: refused });
          },
        },
      }),
    });
    const event = { input: { action_text: `answer ${token}` }, task_token: token, execution_id: 'exec-1' };
    const thrown: unknown = await on.invoke(event).catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(TypeError);
    expect(thrown).toMatchObject({
      message: 'answering [redacted] failed',
      cause: { request: { taskToken: '[redacted]', headers: ['[redacted]'] } },
    });
    expect((thrown as Error).stack).toContain('step-lines.test');
    const [line] = on.steps();
    expect(line).toMatchObject({
      execution_id: 'exec-1',
      run_id: expect.stringMatching(/^run_/),
      outcome: 'failed',
      error: { name: 'TypeError', message: 'answering [redacted] failed' },
      input: { action_text: 'answer [redacted]' },
    });
    expect(line?.error).not.toHaveProperty('stack');
    expect(on.lines().at(-1)).toMatchObject({ message: 'invocation failed', error: { name: 'TypeError' } });
    expect(on.written.join()).not.toContain(token);
  });

  it('is written of a payload that is none, with its token out of it', async () => {
    const on = open(new World(suspendJane));
    const event = { input: 'jane', task_token: 'token-of-jane', execution_id: 7 };
    await expect(on.invoke(event)).rejects.toBeInstanceOf(InvalidInputError);
    expect(on.steps()).toMatchObject([{ outcome: 'failed', input: 'jane' }]);
    expect(on.written.join()).not.toContain('token-of-jane');
  });
});
