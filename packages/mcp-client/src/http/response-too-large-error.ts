import { HitlError } from '@hitl/core';

/** A server's answer was cut off because it grew beyond the limit; the request itself was processed. */
export class ResponseTooLargeError extends HitlError {
  override readonly code: string = 'response_too_large';
  override readonly status: number = 502;

  constructor(maxBytes: number) {
    super(`the answer has more than the limit of ${maxBytes} bytes`);
  }
}
