import { type FieldError, HitlError } from '@hitl/core';

/** What the API answered instead of a result. */
export class ApiProblem extends HitlError {
  override readonly code: string;
  override readonly status: number;

  constructor(status: number, code: string, detail: string, errors: readonly FieldError[]) {
    super(detail, { errors });
    this.code = code;
    this.status = status;
  }
}
