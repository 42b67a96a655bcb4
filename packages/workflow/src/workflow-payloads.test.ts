import { describe, expect, it } from '@jest/globals';
import { advancePayloadSchema, workflowInputSchema } from './workflow-payloads.ts';

describe('the workflow input', () => {
  it('is a request in plain English, or a run that is on the record already', () => {
    const request = {
      action_text: 'List all users',
      execution_timeout: 300,
      user_id: 'alice',
      category: 'read',
    };
    expect(workflowInputSchema.parse(request)).toEqual(request);
    expect(workflowInputSchema.parse({ run_id: 'run_1', status: 'running' })).toEqual({
      run_id: 'run_1',
      status: 'running',
    });
  });

  it.each([
    [{}, 'action_text'],
    [{ action_text: '  ' }, 'action_text'],
    [{ action_text: 'x', execution_timeout: '300' }, 'execution_timeout'],
    [{ action_text: 'x', category: 'harmless' }, 'category'],
    [{ run_id: '' }, 'run_id'],
  ])('refuses %j and names %s', (input, field) => {
    const parsed = advancePayloadSchema.safeParse({ input, task_token: 't', execution_id: 'e' });
    expect(parsed.error?.issues.map((issue) => issue.path.join('.'))).toEqual([`input.${field}`]);
  });

  it('refuses what is no object', () => {
    expect(workflowInputSchema.safeParse('List all users').success).toBe(false);
    expect(workflowInputSchema.safeParse(null).success).toBe(false);
  });
});
