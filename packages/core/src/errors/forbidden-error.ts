import { HitlError, type HitlErrorOptions } from './hitl-error.ts';

export const forbiddenCodes = [
  'forbidden',
  'unknown_principal',
  'unproven_session',
  'not_an_approver',
  'requester_may_not_vote',
  'editor_may_not_vote',
  'assurance_too_low',
  'denied_by_policy',
] as const;
export type ForbiddenCode = (typeof forbiddenCodes)[number];

/** The principal is known but not entitled; `code` says why. */
export class ForbiddenError extends HitlError {
  override readonly name: string = 'ForbiddenError';
  override readonly status: number = 403;
  override readonly code: string;

  constructor(code: ForbiddenCode, message: string, options: HitlErrorOptions = {}) {
    super(message, options);
    this.code = code;
  }
}
