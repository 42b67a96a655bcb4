import { createRequire } from 'node:module';
import { InvalidInputError } from '@hitl/core';
import { describe, expect, it } from '@jest/globals';
import { createWorkflowDefinition } from './create-workflow-definition.ts';
import { maxApprovalTimeoutSeconds } from './index.ts';

/** CommonJS without type declarations. */
const validate = createRequire(import.meta.url)('asl-validator') as (
  definition: unknown,
  options: { checkArn: boolean; checkPaths: boolean },
) => { isValid: boolean; errors: unknown[] };

const options = {
  advanceFunction: 'dev_advance',
  expireFunction: 'dev_expire',
  approvalTimeoutSeconds: 14_400,
};
const definition = createWorkflowDefinition(options);

describe('the workflow definition', () => {
  it('is valid Amazon States Language, paths and ARNs included', () => {
    expect(validate(definition, { checkArn: true, checkPaths: true })).toMatchObject({
      isValid: true,
      errors: [],
    });
  });

  it('is plain data: what is deployed is what runs here', () => {
    expect(JSON.parse(JSON.stringify(definition))).toEqual(definition);
  });

  it('bounds every task and retries with back-off, a cap and jitter', () => {
    const tasks = Object.values(definition.States).filter((state) => state.Type === 'Task');
    expect(tasks).toHaveLength(2);
    for (const task of tasks) {
      expect(task.TimeoutSeconds).toBeGreaterThan(0);
      for (const retry of task.Retry) {
        expect(retry).toMatchObject({ BackoffRate: 2, MaxDelaySeconds: 60, JitterStrategy: 'FULL' });
      }
    }
  });

  it('never retries what will not go away: time-outs, wrong input, refusals, everything', () => {
    const retried = Object.values(definition.States).flatMap((state) =>
      state.Type === 'Task' ? state.Retry.flatMap((retry) => retry.ErrorEquals) : [],
    );
    for (const error of [
      'States.ALL',
      'States.TaskFailed',
      'States.Timeout',
      'InvalidInputError',
      'ForbiddenError',
    ]) {
      expect(retried).not.toContain(error);
    }
  });

  it.each([0, -1, 1.5, Number.NaN, maxApprovalTimeoutSeconds + 1])(
    'refuses a time-out of %p seconds by name',
    (seconds) => {
      const make = () => createWorkflowDefinition({ ...options, approvalTimeoutSeconds: seconds });
      expect(make).toThrow(InvalidInputError);
      expect(make).toThrow(/approvalTimeoutSeconds must be a whole number/);
    },
  );
});
