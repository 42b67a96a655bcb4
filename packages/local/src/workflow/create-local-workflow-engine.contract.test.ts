import type { JsonObject } from '@hitl/core';
import { describeTaskCallbackContract, describeWorkflowEngineContract } from '@hitl/testing/contracts';
import { type AdvancePayload, createWorkflowDefinition } from '@hitl/workflow';
import { createLocalWorkflowEngine } from './create-local-workflow-engine.ts';

const definition = createWorkflowDefinition({
  advanceFunction: 'advance',
  expireFunction: 'expire',
  approvalTimeoutSeconds: 3600,
});

describeWorkflowEngineContract('the local workflow engine', async (advance) => {
  // Every execution is let go as soon as it waits, which is what a restart does to it.
  let engine = open();
  function open() {
    return createLocalWorkflowEngine({
      definition,
      functions: {
        expire: async () => ({ run_id: 'none', status: 'expired' }),
        advance: async (payload) => {
          const { input, task_token } = payload as unknown as AdvancePayload;
          const run_id = String(input.run_id);
          const status = await advance(run_id);
          if (status !== 'awaiting_approval') await engine.tasks.succeed(task_token, { run_id, status });
        },
      },
    });
  }
  return {
    subject: {
      start: (runId) => engine.start(runId),
      wake: (runId) => engine.wake(runId),
    },
    quiesce: () => engine.idle(),
    async loseExecutions() {
      await engine.close();
      engine = open();
    },
    close: () => engine.close(),
  };
});

describeTaskCallbackContract('the local workflow engine', async () => {
  const tokens = new Map<string, (token: string) => void>();
  const engine = createLocalWorkflowEngine({
    definition,
    functions: {
      expire: async () => ({ run_id: 'none', status: 'expired' }),
      advance: async (payload) => {
        const { input, task_token } = payload as unknown as AdvancePayload;
        tokens.get(String(input.action_text))?.(task_token);
      },
    },
  });
  return {
    subject: engine.tasks,
    async waitForTask() {
      const action_text = `wait ${tokens.size}`;
      const { promise, resolve } = Promise.withResolvers<string>();
      tokens.set(action_text, resolve);
      const { result } = engine.startExecution({ action_text });
      return { token: await promise, output: result as Promise<JsonObject> };
    },
    close: () => engine.close(),
  };
});
