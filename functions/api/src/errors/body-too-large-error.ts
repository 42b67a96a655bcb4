import { HitlError } from '@hitl/core';

export class BodyTooLargeError extends HitlError {
  override readonly code: string = 'body_too_large';
  override readonly status: number = 413;

  constructor(maxBytes: number) {
    const message = `must be at most ${maxBytes} bytes`;
    super(`body: ${message}`, { errors: [{ path: 'body', message }] });
  }
}
