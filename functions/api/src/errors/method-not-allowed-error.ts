import { HitlError } from '@hitl/core';

/** The path is there, but not for this method; `allow` lists those that it takes. */
export class MethodNotAllowedError extends HitlError {
  override readonly code: string = 'method_not_allowed';
  override readonly status: number = 405;
  readonly allow: readonly string[];

  constructor(method: string, path: string, allow: readonly string[]) {
    super(`${path} takes ${allow.join(', ')}, not ${method}`);
    this.allow = allow;
  }
}
