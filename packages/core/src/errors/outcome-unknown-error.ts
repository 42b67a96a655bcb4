import { HitlError } from './hitl-error.ts';

/** A change was sent and no answer says whether it took effect: it must not be repeated blindly, somebody has to look. */
export class OutcomeUnknownError extends HitlError {
  override readonly name: string = 'OutcomeUnknownError';
  override readonly code: string = 'outcome_unknown';
  override readonly status: number = 504;
}
