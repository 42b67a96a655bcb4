import type { JsonValue } from '@hitl/core';
import { createLocalWorkflowEngine } from '@hitl/local';
import { createWorkflowDefinition } from '@hitl/workflow';
import { afterEach, describe, expect, it } from '@jest/globals';
import { World, type WorldOptions } from '../../../packages/application/test/world.ts';
import { createAdvanceHandler } from '../src/index.ts';

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const closer of closers.splice(0)) await closer();
});

/** The real state machine around the step; `signalOf` says when an invocation's time is up. */
function openWorkflow(options: WorldOptions, signalOf: () => AbortSignal, stepBudgetMs: number) {
  const world = new World(options);
  let invocations = 0;
  const engine = createLocalWorkflowEngine({
    definition: createWorkflowDefinition({
      advanceFunction: 'advance',
      expireFunction: 'expire-approval',
      approvalTimeoutSeconds: 600,
    }),
    functions: {
      advance: (event) => {
        invocations += 1;
        return advance(event, signalOf());
      },
      'expire-approval': async () => ({}),
    },
    getTaskToken: (runId) => world.deps.approvals.getTaskToken(runId),
  });
  closers.push(() => engine.close());
  const advance = createAdvanceHandler({
    ...world.deps,
    workflow: engine,
    settings: { ...world.deps.settings, stepBudgetMs },
    tasks: engine.tasks,
    requestApproval: async () => {},
  });
  const run = async (input: JsonValue) =>
    (await engine.startExecution(input).result) as Record<string, unknown>;
  return { world, engine, run, invocations: () => invocations };
}

describe('a function with little time', () => {
  it('serves a run of many steps by doing one thing at a time, each of them once', async () => {
    const looks = ['jane', 'john', 'judy'].map((user) => ({ calls: [['dir__get', { user }] as const] }));
    const { world, run, invocations } = openWorkflow(
      { answers: [...looks, { text: 'All three.' }] },
      () => new AbortController().signal,
      0,
    );
    const output = await run({ action_text: 'who are jane, john and judy', execution_timeout: 300 });
    expect(output).toMatchObject({ status: 'completed', output: 'All three.' });
    expect(world.tools.calls.map(({ arguments: { user } }) => user)).toEqual(['jane', 'john', 'judy']);
    // Tools, four answers, three decisions, three calls and the end: each in a step of its own.
    expect(invocations()).toBeGreaterThanOrEqual(11);
  });

  it('gives a run up whose model needs longer than any step has, instead of asking it for ever', async () => {
    const { world, run, invocations } = openWorkflow(
      { answers: [{ text: 'too late' }] },
      () => AbortSignal.timeout(50),
      0,
    );
    let asked = 0;
    Object.assign(world.deps.model, {
      doStream: ({ abortSignal }: { abortSignal?: AbortSignal }) => {
        asked += 1;
        return new Promise((_resolve, reject) => {
          abortSignal?.addEventListener('abort', () => reject(abortSignal.reason));
        });
      },
    });
    const output = await run({ action_text: 'think', execution_timeout: 300 });
    expect(output).toMatchObject({ status: 'failed', error: { code: 'step_failed' } });
    expect(String(output.output)).toContain('within the time that a step has');
    expect(asked).toBe(3);
    expect(invocations()).toBeLessThan(8);
  });
});
