import { HitlError } from './hitl-error.ts';

/** A stored record does not hold together (hash, sequence, schema). Nothing may be decided on it: fail closed. */
export class IntegrityError extends HitlError {
  override readonly name: string = 'IntegrityError';
  override readonly code: string = 'integrity';
  override readonly status: number = 500;
}
