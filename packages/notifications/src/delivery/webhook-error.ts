import { HitlError } from '@hitl/core';

/** A channel did not take a notification. Holds neither the URL nor what the channel said: either may be a secret. */
export class WebhookError extends HitlError {
  override readonly code: string = 'webhook_failed';
  override readonly status: number = 502;
  override readonly isRetryable: boolean;

  constructor(message: string, isRetryable: boolean) {
    super(message);
    this.isRetryable = isRetryable;
  }
}
