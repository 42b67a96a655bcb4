import { HitlError } from './hitl-error.ts';

export class NotFoundError extends HitlError {
  override readonly name: string = 'NotFoundError';
  override readonly code: string = 'not_found';
  override readonly status: number = 404;
}
