import { digestOf } from '@hitl/core';

/** The run that an execution began by itself: the same execution is the same run, however often a step is retried. */
export function runIdOfExecution(executionId: string): string {
  return `run_${digestOf({ execution_id: executionId }).slice(0, 26)}`;
}
