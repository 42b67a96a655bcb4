import {
  DescribeExecutionCommand,
  ExecutionAlreadyExists,
  ExecutionDoesNotExist,
  type SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { type ApprovalStore, InvalidInputError, UnavailableError, type WorkflowEngine } from '@hitl/core';
import { callService } from '../call-service.ts';
import { sendTaskSuccess } from './step-functions-task-callback.ts';

export interface StepFunctionsWorkflowEngineOptions {
  readonly client: SFNClient;
  /** Of a Standard workflow; a version or an alias may follow. */
  readonly stateMachineArn: string;
  /** Where the waiting step has left its token. */
  readonly approvals: Pick<ApprovalStore, 'getTaskToken'>;
}

/** Executions of one run after which something else is wrong than an execution that was lost. */
const maximumAttempts = 50;

/**
 * `WorkflowEngine` on Step Functions. A run's executions are named after it (`RUN`, `RUN-2`, …): the name is what makes a start
 * idempotent, and what finds the newest execution again without keeping its ARN. The next name is used only when the execution
 * before has failed, timed out or was stopped.
 */
export function createStepFunctionsWorkflowEngine(
  options: StepFunctionsWorkflowEngineOptions,
): WorkflowEngine {
  const { client, stateMachineArn, approvals } = options;
  const executionArn = executionArnOf(stateMachineArn);

  /** False when an execution of that name is there and over. */
  function startExecution(name: string, runId: string): Promise<boolean> {
    return callService(
      'starting a workflow execution',
      async () => {
        // For an execution of that name and input that runs, Step Functions answers with that one.
        await client.send(
          new StartExecutionCommand({ stateMachineArn, name, input: JSON.stringify({ run_id: runId }) }),
        );
        return true;
      },
      (error) => (error instanceof ExecutionAlreadyExists ? { value: false } : undefined),
    );
  }

  function statusOf(name: string): Promise<string | undefined> {
    return callService<string | undefined>(
      'looking at a workflow execution',
      async () =>
        (await client.send(new DescribeExecutionCommand({ executionArn: executionArn(name) }))).status,
      (error) => (error instanceof ExecutionDoesNotExist ? { value: undefined } : undefined),
    );
  }

  /** Starts an execution unless one runs or has come to its end in good order. */
  async function ensureExecution(runId: string): Promise<void> {
    for (let attempt = 1; attempt <= maximumAttempts; attempt += 1) {
      const name = attempt === 1 ? runId : `${runId}-${attempt}`;
      let status = await statusOf(name);
      if (status === undefined) {
        if (await startExecution(name, runId)) return;
        // Another caller was faster, and its execution is over already.
        status = await statusOf(name);
        if (status === undefined)
          throw new UnavailableError(`the state of execution ${name} is not known yet; try again`);
      }
      if (status === 'RUNNING' || status === 'PENDING_REDRIVE' || status === 'SUCCEEDED') return;
    }
    throw new UnavailableError(`run ${runId} lost ${maximumAttempts} executions; it is not started again`);
  }

  return {
    async start(runId) {
      if (!(await startExecution(runId, runId))) await ensureExecution(runId);
    },
    async wake(runId) {
      const token = await approvals.getTaskToken(runId);
      const output = JSON.stringify({ run_id: runId, status: 'running' });
      if (token !== undefined && (await sendTaskSuccess(client, token, output))) return;
      await ensureExecution(runId);
    },
  };
}

/** `…:stateMachine:NAME[:QUALIFIER]` → `…:execution:NAME:` with the execution's name. */
function executionArnOf(stateMachineArn: string): (name: string) => string {
  const match = /^(arn:[\w-]+:states:[\w-]+:\d{12}:)stateMachine:([^:]+)(?::[^:]+)?$/.exec(stateMachineArn);
  if (match === null) {
    const message = 'must be the ARN of a state machine';
    throw new InvalidInputError(`stateMachineArn ${message}`, {
      errors: [{ path: 'stateMachineArn', message }],
    });
  }
  return (name) => `${match[1]}execution:${match[2]}:${name}`;
}
