import { HitlError } from './hitl-error.ts';

/** A live worker is acting on this run right now; the step may be entered again later. */
export class RunBusyError extends HitlError {
  override readonly name: string = 'RunBusyError';
  override readonly code: string = 'run_busy';
  override readonly status: number = 409;
  override readonly isRetryable: boolean = true;
}
