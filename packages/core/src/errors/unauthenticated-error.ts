import { HitlError } from './hitl-error.ts';

export class UnauthenticatedError extends HitlError {
  override readonly name: string = 'UnauthenticatedError';
  override readonly code: string = 'unauthenticated';
  override readonly status: number = 401;
}
