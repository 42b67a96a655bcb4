import { type FieldError, InvalidInputError } from '@hitl/core';

/** One thing that is wrong, with where it stands (lines and columns count from 1). */
export interface PolicyProblem extends FieldError {
  readonly line: number;
  readonly column: number;
}

/** A policy file or case table can't be used. The message names the first problem, `problems` and `errors` hold all. */
export class PolicyFileError extends InvalidInputError {
  override readonly code: string = 'invalid_policy';
  readonly source: string;
  readonly problems: readonly PolicyProblem[];

  constructor(source: string, problems: readonly PolicyProblem[], options: { cause?: unknown } = {}) {
    const [first] = problems;
    const more = problems.length > 1 ? ` (and ${problems.length - 1} more)` : '';
    super(first === undefined ? `${source}: can't be read` : `${describeProblem(source, first)}${more}`, {
      ...options,
      errors: problems.map(({ path, message }) => ({ path, message })),
    });
    this.source = source;
    this.problems = problems;
  }
}

/** `source:line:column: path: what is wrong and what would be right`. */
export function describeProblem(source: string, problem: PolicyProblem): string {
  const path = problem.path === '' ? '' : `${problem.path}: `;
  return `${source}:${problem.line}:${problem.column}: ${path}${problem.message}`;
}
