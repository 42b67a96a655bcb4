import { HitlError } from './hitl-error.ts';

/** Something that we depend on (a store, a model, a tool server) did not answer in time or refused for now. */
export class UnavailableError extends HitlError {
  override readonly name: string = 'UnavailableError';
  override readonly code: string = 'unavailable';
  override readonly status: number = 503;
  override readonly isRetryable: boolean = true;
}
