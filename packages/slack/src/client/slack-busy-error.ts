import { UnavailableError } from '@hitl/core';

/** Not sent, or refused unseen, because the workspace's budget for the method is used up. */
export class SlackBusyError extends UnavailableError {
  override readonly code: string = 'slack_busy';
  readonly retryAfterMs: number;

  constructor(method: string, retryAfterMs: number) {
    super(`Slack's limit for ${method} is reached; try again in ${Math.ceil(retryAfterMs / 1000)} s`, {
      details: { retry_after_ms: retryAfterMs },
    });
    this.retryAfterMs = retryAfterMs;
  }
}
