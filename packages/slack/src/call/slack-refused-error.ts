import { HitlError } from '@hitl/core';

/** Slack's words for a token that it takes no more. Nothing else of the call was looked at. */
const tokenErrors = new Set(['invalid_auth', 'token_revoked', 'token_expired', 'account_inactive']);

/** Slack answered, and said no. `slackError` is its own word for why, such as `expired_trigger_id`. */
export class SlackRefusedError extends HitlError {
  override readonly code: string = 'slack_refused';
  override readonly status: number = 502;
  readonly slackError: string;

  constructor(method: string, slackError: string) {
    super(`Slack refused ${method}: ${slackError}`, { details: { slack_error: slackError } });
    this.slackError = slackError;
  }
}

/** Another token may be taken: one that was renewed or installed since. */
export function isTokenRefused(error: unknown): error is SlackRefusedError {
  return error instanceof SlackRefusedError && tokenErrors.has(error.slackError);
}
