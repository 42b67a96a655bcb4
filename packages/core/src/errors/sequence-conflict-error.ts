import { HitlError } from './hitl-error.ts';

/** Another writer took this sequence number first: read the stream again and decide anew. */
export class SequenceConflictError extends HitlError {
  override readonly name: string = 'SequenceConflictError';
  override readonly code: string = 'sequence_conflict';
  override readonly status: number = 409;
  override readonly isRetryable: boolean = true;
}
