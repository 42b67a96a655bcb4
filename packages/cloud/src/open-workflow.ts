import {
  createStepFunctionsClient,
  createStepFunctionsTaskCallback,
  createStepFunctionsWorkflowEngine,
} from '@hitl/aws';
import type { ApprovalStore, TaskCallback, WorkflowEngine } from '@hitl/core';
import { loadEnv } from '@hitl/lambda';

/** The environment's state machine: to start and wake runs, and to answer the tokens of its steps. */
export function openWorkflow(options: {
  readonly region: string;
  readonly approvals: Pick<ApprovalStore, 'getTaskToken'>;
}): { readonly engine: WorkflowEngine; readonly tasks: TaskCallback } {
  const { APPROVAL_SFN_ARN: stateMachineArn } = loadEnv({ required: ['APPROVAL_SFN_ARN'] });
  const client = createStepFunctionsClient({ region: options.region });
  return {
    engine: createStepFunctionsWorkflowEngine({ client, stateMachineArn, approvals: options.approvals }),
    tasks: createStepFunctionsTaskCallback({ client }),
  };
}
