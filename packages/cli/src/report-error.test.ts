import { ConflictError, ForbiddenError, InvalidInputError, UnavailableError } from '@hitl/core';
import { describe, expect, it } from '@jest/globals';
import { ApiProblem } from './api-problem.ts';
import { reportError } from './report-error.ts';

describe('reporting an error', () => {
  it("calls the API's fields by the names of the options", () => {
    const problem = new ApiProblem(400, 'invalid_input', 'environment: this is dev', [
      { path: 'environment', message: 'must be dev, or left out' },
    ]);
    expect(reportError(problem)).toMatchObject({
      detail: '--environment: this is dev; must be dev, or left out',
      exitCode: 2,
    });
  });

  it('is one line, however many faults there are and whatever they quote', () => {
    const errors = Array.from({ length: 50 }, (_none, index) => ({
      path: `f${index}`,
      message: `bad\n${index}`,
    }));
    const { detail } = reportError(new InvalidInputError('the file is wrong', { errors }));
    expect(detail).not.toContain('\n');
    expect(detail.endsWith('(and 47 more)')).toBe(true);
  });

  it.each([
    [new InvalidInputError('x'), 2],
    [new ForbiddenError('unknown_principal', 'x'), 2],
    [new ForbiddenError('not_an_approver', 'x'), 3],
    [new ForbiddenError('denied_by_policy', 'x'), 3],
    [new ConflictError('digest_mismatch', 'x'), 2],
    [new UnavailableError('x'), 1],
    [new Error('x'), 1],
  ])('ends %s with exit code %i', (error, exitCode) => {
    expect(reportError(error).exitCode).toBe(exitCode);
  });

  it('shows no secret, no stack and no escape sequence of an error that nobody expected', () => {
    const { detail } = reportError(new TypeError(`broke \u001b[31m password: ${'hunter'}2x`));
    expect(detail).toContain('TypeError: broke \\u{1b}[31m');
    expect(detail).not.toContain('hunter2x');
    expect(detail).not.toMatch(/at .*\.ts/);
  });
});
