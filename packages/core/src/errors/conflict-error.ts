import { HitlError, type HitlErrorOptions } from './hitl-error.ts';

export const conflictCodes = [
  'conflict',
  'digest_mismatch',
  'approval_not_pending',
  'already_voted',
  'idempotency_key_reused',
  'grant_exhausted',
  'run_not_active',
  'tool_definition_changed',
  'not_resolvable',
] as const;
export type ConflictCode = (typeof conflictCodes)[number];

/** The request is well-formed but the state no longer allows it; `code` says which state. */
export class ConflictError extends HitlError {
  override readonly name: string = 'ConflictError';
  override readonly status: number = 409;
  override readonly code: string;

  constructor(code: ConflictCode, message: string, options: HitlErrorOptions = {}) {
    super(message, options);
    this.code = code;
  }
}
