import { HitlError } from '@hitl/core';

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
