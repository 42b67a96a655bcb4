import { inspect } from 'node:util';
import { InvalidInputError, type JsonObject, type RunStatus, UnavailableError } from '@hitl/core';
import { createMemoryApprovalStore } from '@hitl/testing';
import { describeTaskCallbackContract, describeWorkflowEngineContract } from '@hitl/testing/contracts';
import { afterEach, describe, expect, it } from '@jest/globals';
import { localCredentials, ServiceFault, startJsonService } from '../../test/start-json-service.ts';
import { startStepFunctionsPeer } from '../../test/start-step-functions-peer.ts';
import { createStepFunctionsClient } from './create-step-functions-client.ts';
import { createStepFunctionsTaskCallback } from './step-functions-task-callback.ts';
import { createStepFunctionsWorkflowEngine } from './step-functions-workflow-engine.ts';

const region = 'eu-central-1';
const connect = (endpoint: string) =>
  createStepFunctionsClient({
    region,
    endpoint,
    credentials: localCredentials,
    maxAttempts: 1,
  });

async function openEngine(advance: (runId: string) => Promise<RunStatus>) {
  const approvals = createMemoryApprovalStore();
  const peer = await startStepFunctionsPeer(async ({ input, task_token }) => {
    const status = await advance(input.run_id);
    if (status === 'awaiting_approval') await approvals.putTaskToken(input.run_id, task_token);
    else await callback.succeed(task_token, { run_id: input.run_id, status });
  });
  const client = connect(peer.endpoint);
  const callback = createStepFunctionsTaskCallback({ client });
  return {
    subject: createStepFunctionsWorkflowEngine({ client, stateMachineArn: peer.stateMachineArn, approvals }),
    callback,
    peer,
    quiesce: () => peer.quiesce(),
    loseExecutions: async () => peer.abortAll(),
    async close() {
      client.destroy();
      await peer.close();
    },
  };
}

describeWorkflowEngineContract('createStepFunctionsWorkflowEngine', openEngine);

describeTaskCallbackContract('createStepFunctionsTaskCallback', async () => {
  const tokens = new Map<string, (token: string) => void>();
  const peer = await startStepFunctionsPeer(async ({ input, task_token }) =>
    tokens.get(input.run_id)?.(task_token),
  );
  const client = connect(peer.endpoint);
  const engine = createStepFunctionsWorkflowEngine({
    client,
    stateMachineArn: peer.stateMachineArn,
    approvals: createMemoryApprovalStore(),
  });
  return {
    subject: createStepFunctionsTaskCallback({ client }),
    async waitForTask() {
      const runId = `run_w${tokens.size}`;
      const { promise, resolve } = Promise.withResolvers<string>();
      tokens.set(runId, resolve);
      await engine.start(runId);
      const token = await promise;
      return { token, output: peer.answerTo(token).then((text) => JSON.parse(text) as JsonObject) };
    },
    async close() {
      client.destroy();
      await peer.close();
    },
  };
});

describe('the workflow on Step Functions', () => {
  const closers: (() => Promise<void>)[] = [];
  afterEach(async () => {
    for (const close of closers.splice(0)) await close();
  });

  async function openClient(answers: Parameters<typeof startJsonService>[0]) {
    const service = await startJsonService(answers);
    const client = connect(service.endpoint);
    closers.push(async () => {
      client.destroy();
      await service.close();
    });
    return client;
  }

  async function open(advance: (runId: string) => Promise<RunStatus>) {
    const engine = await openEngine(advance);
    closers.push(engine.close);
    return engine;
  }

  it('starts one execution anew for a run whose execution was lost, however many wake it', async () => {
    const statuses: RunStatus[] = ['awaiting_approval', 'awaiting_approval'];
    const { subject, peer } = await open(async () => statuses.shift() ?? 'completed');
    await subject.start('run_1');
    await peer.quiesce();
    peer.abortAll();
    await Promise.all([subject.wake('run_1'), subject.wake('run_1'), subject.wake('run_1')]);
    await peer.quiesce();
    expect(peer.executions()).toEqual(['run_1', 'run_1-2']);
  });

  it('starts nothing for a run that is over or busy', async () => {
    const { subject, peer } = await open(async () => 'completed');
    await subject.start('run_1');
    await peer.quiesce();
    await subject.wake('run_1');
    await subject.start('run_1');
    expect(peer.executions()).toEqual(['run_1']);
  });

  it('takes an answer for a task that nobody waits for as nothing', async () => {
    const { callback } = await open(async () => 'completed');
    await callback.succeed('no-such-token', { run_id: 'run_1' });
    await expect(callback.succeed('token', { text: 'x'.repeat(300_000) })).rejects.toBeInstanceOf(
      InvalidInputError,
    );
  });

  it('says unavailable in its own words when the service refuses', async () => {
    const client = await openClient({
      StartExecution() {
        throw new ServiceFault('AccessDeniedException');
      },
    });
    const engine = createStepFunctionsWorkflowEngine({
      client,
      stateMachineArn: 'arn:aws:states:eu-central-1:123456789012:stateMachine:w',
      approvals: createMemoryApprovalStore(),
    });
    const error = await engine.start('run_1').catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UnavailableError);
    expect((error as Error).message).toBe(
      'starting a workflow execution is not possible now (AccessDeniedException)',
    );
  });

  it('says nothing of a token that the service quotes when it refuses it', async () => {
    const client = await openClient({
      SendTaskSuccess({ taskToken }) {
        const message = `Value '${String(taskToken)}' at 'taskToken' failed to satisfy a constraint`;
        throw Object.assign(new ServiceFault('ValidationException'), { message });
      },
    });
    const callback = createStepFunctionsTaskCallback({ client });
    const error = await callback.succeed('token/of+a=step', {}).catch((reason: unknown) => reason);
    expect(error).toMatchObject({
      name: 'UnavailableError',
      cause: { message: "Value '[redacted]' at 'taskToken' failed to satisfy a constraint" },
    });
    expect(inspect(error, { depth: 10 })).not.toContain('token/of+a=step');
  });

  it('refuses what is no state machine', () => {
    const client = createStepFunctionsClient({ region });
    const approvals = createMemoryApprovalStore();
    expect(() => createStepFunctionsWorkflowEngine({ client, stateMachineArn: 'dev', approvals })).toThrow(
      InvalidInputError,
    );
    client.destroy();
  });
});
