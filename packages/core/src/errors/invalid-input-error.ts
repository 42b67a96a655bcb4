import { HitlError } from './hitl-error.ts';

/** The caller's input is wrong; `errors` names the fields. */
export class InvalidInputError extends HitlError {
  override readonly name: string = 'InvalidInputError';
  override readonly code: string = 'invalid_input';
  override readonly status: number = 400;
}
