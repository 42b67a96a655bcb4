import {
  ConflictError,
  ForbiddenError,
  IntegrityError,
  InvalidInputError,
  NotFoundError,
  UnauthenticatedError,
  UnavailableError,
} from '@hitl/core';
import { describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { toProblem } from './to-problem.ts';

describe('toProblem', () => {
  it.each([
    [new InvalidInputError('m'), 400, 'invalid_input', 'Bad Request'],
    [new UnauthenticatedError('m'), 401, 'unauthenticated', 'Unauthorized'],
    [new ForbiddenError('requester_may_not_vote', 'm'), 403, 'requester_may_not_vote', 'Forbidden'],
    [new NotFoundError('m'), 404, 'not_found', 'Not Found'],
    [new ConflictError('digest_mismatch', 'm'), 409, 'digest_mismatch', 'Conflict'],
  ])('tells the caller what was wrong: %s', (error, status, code, title) => {
    const problem = toProblem(error, 'req_1');
    expect(problem.status).toBe(status);
    expect(problem.body).toEqual({
      type: `urn:hitl-mcp:error:${code}`,
      title,
      status,
      code,
      detail: 'm',
      errors: [],
      request_id: 'req_1',
    });
  });

  it('names each wrong field of a schema by its path', () => {
    const schema = z.object({ calls: z.array(z.object({ arguments: z.object({ user_key: z.string() }) })) });
    const { error } = schema.safeParse({ calls: [{ arguments: {} }] });
    const { status, body } = toProblem(error, 'req_1');
    expect(status).toBe(400);
    expect(body.errors.map(({ path }) => path)).toEqual(['calls[0].arguments.user_key']);
    expect(body.detail).toContain('calls[0].arguments.user_key: ');
  });

  it('gives machine-readable details of a refusal', () => {
    const error = new ConflictError('digest_mismatch', 'm', { details: { current_digest: 'abc' } });
    expect(toProblem(error, 'r').body.details).toEqual({ current_digest: 'abc' });
  });

  it.each([
    new Error('connect ECONNREFUSED 10.0.0.7:443 with key AKIA'),
    new IntegrityError('run:1 entry 7 does not hold', { details: { table: 'audit-prod' } }),
    new UnavailableError('ProvisionedThroughputExceededException on audit-prod'),
    'a string',
    undefined,
    { status: 200, code: 'ok', message: 'looks like an answer' },
  ])('keeps everything about a failure on our side to itself: %s', (error) => {
    const { status, body } = toProblem(error, 'req_1');
    expect(status).toBeGreaterThanOrEqual(500);
    expect(JSON.stringify(body)).not.toMatch(/ECONNREFUSED|AKIA|audit-prod|entry 7|a string|looks like/);
    expect(body.request_id).toBe('req_1');
  });

  it('redacts a secret that stands in the text of a refusal', () => {
    const { body } = toProblem(new InvalidInputError('query: password is hunter2-x'), 'r');
    expect(body.detail).not.toContain('hunter2-x');
  });
});
