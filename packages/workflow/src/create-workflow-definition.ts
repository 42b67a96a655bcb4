import { InvalidInputError } from '@hitl/core';
import { taskRetries } from './retries.ts';
import type { StateMachineDefinition } from './state-machine-definition.ts';

export interface WorkflowDefinitionOptions {
  /** Name, ARN or alias ARN of the function that runs one agent step. */
  readonly advanceFunction: string;
  /** Name, ARN or alias ARN of the function that reminds, escalates or expires. */
  readonly expireFunction: string;
  /** How long one wait for people lasts before the expire function looks at it. */
  readonly approvalTimeoutSeconds: number;
  /** Bounds one invocation of the expire function. Default 120. */
  readonly expireTimeoutSeconds?: number;
}

/** 2^31-1 milliseconds, the longest timer of Node: what is longer would end at once on the local engine. */
export const maxApprovalTimeoutSeconds = 2_147_483;

/**
 * The state machine, the same for Step Functions and for the local engine.
 *
 * `Advance` is one re-entrant step with a task token: the function sends the token's success itself when the run is over
 * (output: the run) or has to go on (`{run_id, status: 'running'}`), and only stores the token when people must decide; the
 * deciding vote then sends the success. So a run with one approval takes 5 transitions (Advance, Route, Advance, Route, Done),
 * one without takes 3.
 *
 * Nothing is kept in the state machine but the run's id: the record holds the rest, so an execution can be lost or started
 * anew at any point.
 *
 * @throws InvalidInputError when a time-out is not a whole number of seconds between 1 and `maxApprovalTimeoutSeconds`.
 */
export function createWorkflowDefinition(options: WorkflowDefinitionOptions): StateMachineDefinition {
  const { advanceFunction, expireFunction, approvalTimeoutSeconds, expireTimeoutSeconds = 120 } = options;
  for (const [path, seconds] of Object.entries({ approvalTimeoutSeconds, expireTimeoutSeconds })) {
    if (!Number.isInteger(seconds) || seconds < 1 || seconds > maxApprovalTimeoutSeconds) {
      const message = `must be a whole number of seconds from 1 to ${maxApprovalTimeoutSeconds}`;
      throw new InvalidInputError(`${path} ${message}`, { errors: [{ path, message }] });
    }
  }
  const toFailure = [
    { ErrorEquals: ['InvalidInputError'], Next: 'InvalidInput' },
    { ErrorEquals: ['States.ALL'], Next: 'Failed' },
  ];
  return {
    Comment:
      'One request of a person: act, wait for people where the policy says so, act on what they decided.',
    StartAt: 'Advance',
    States: {
      Advance: {
        Type: 'Task',
        Resource: 'arn:aws:states:::lambda:invoke.waitForTaskToken',
        Parameters: {
          FunctionName: advanceFunction,
          Payload: {
            'input.$': '$',
            'task_token.$': '$$.Task.Token',
            'execution_id.$': '$$.Execution.Id',
          },
        },
        TimeoutSeconds: approvalTimeoutSeconds,
        Retry: taskRetries,
        Catch: [
          // The input is kept: it names the run, or holds the text of a run that the execution's id leads to.
          { ErrorEquals: ['States.Timeout'], ResultPath: '$.timed_out', Next: 'Expire' },
          ...toFailure,
        ],
        Next: 'Route',
      },
      Expire: {
        Type: 'Task',
        Resource: 'arn:aws:states:::lambda:invoke',
        Parameters: {
          FunctionName: expireFunction,
          Payload: { 'input.$': '$', 'execution_id.$': '$$.Execution.Id' },
        },
        OutputPath: '$.Payload',
        TimeoutSeconds: expireTimeoutSeconds,
        Retry: taskRetries,
        Catch: toFailure,
        Next: 'Route',
      },
      Route: {
        Type: 'Choice',
        Choices: [
          {
            // After an escalation or a reminder the run still waits: Advance stores a new token and waits on.
            Or: [
              { Variable: '$.status', StringEquals: 'running' },
              { Variable: '$.status', StringEquals: 'awaiting_approval' },
            ],
            Next: 'Advance',
          },
        ],
        Default: 'Done',
      },
      Done: { Type: 'Succeed' },
      InvalidInput: { Type: 'Fail', Error: 'InvalidInput', CausePath: '$.Cause' },
      Failed: { Type: 'Fail', ErrorPath: '$.Error', CausePath: '$.Cause' },
    },
  };
}
