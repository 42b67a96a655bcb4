import { HitlError } from '@hitl/core';
import {
  type InstallationRef,
  renderRefusal,
  type SlackAccount,
  type SlackMessage,
  type SlackPlace,
} from '@hitl/slack';
import type { SlackWorkerDeps } from './slack-worker-deps.ts';

export interface Addressee {
  readonly installation: InstallationRef;
  readonly who: SlackAccount;
  readonly where?: SlackPlace | undefined;
  readonly response_url?: string | undefined;
}

/** No is an answer that trying again does not change. */
export function isRefusal(error: unknown): error is HitlError {
  return error instanceof HitlError && !error.isRetryable && error.status < 500;
}

export async function tellRefusal(deps: SlackWorkerDeps, to: Addressee, error: HitlError): Promise<void> {
  await tellPerson(deps, to, renderRefusal(error.code, error.message));
}

/** A message that only that person sees. Best effort: what it is about stands on the record. */
export async function tellPerson(deps: SlackWorkerDeps, to: Addressee, message: SlackMessage): Promise<void> {
  if (to.response_url !== undefined && (await respond(deps, to.response_url, message))) return;
  if (to.where === undefined) return;
  const { channel_id: channel, thread_ts, message_ts } = to.where;
  try {
    await deps.slack.call(to.installation, 'chat.postEphemeral', {
      channel,
      user: to.who.user_id,
      // Under a message that is in no thread it would be seen by whoever opens one there only.
      ...(thread_ts === message_ts ? {} : { thread_ts }),
      ...message,
    });
  } catch (error) {
    deps.application.logger.warn('could not tell a person', { error: String(error), user: to.who.user_id });
  }
}

/** Answers a click or command through its own address. False where that is over. */
export async function respond(
  deps: SlackWorkerDeps,
  responseUrl: string,
  message: SlackMessage,
): Promise<boolean> {
  try {
    const response = await (deps.fetch ?? fetch)(responseUrl, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      // Without `replace_original: false` it would stand where the card was.
      body: JSON.stringify({ response_type: 'ephemeral', replace_original: false, ...message }),
      redirect: 'error',
      signal: AbortSignal.timeout(5000),
    });
    await response.body?.cancel();
    return response.ok;
  } catch (error) {
    deps.application.logger.warn('a response_url did not answer', { error: String(error) });
    return false;
  }
}
