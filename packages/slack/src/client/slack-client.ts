import type { InstallationRef } from '../install/installation.ts';

export interface PostedMessage {
  readonly channel: string;
  readonly ts: string;
}

export interface PostOnceOptions {
  readonly maxWaitMs?: number;
}

export type SlackArguments = Readonly<Record<string, unknown>>;
export type SlackAnswer = Readonly<Record<string, unknown>>;

export interface CallOptions {
  /** How long to wait for the workspace's budget, over all tries. Default 15,000; 0 tries once, without waiting. */
  readonly maxWaitMs?: number;
  readonly signal?: AbortSignal | undefined;
}

export interface SlackClient {
  /**
   * Calls one method as the app in that workspace.
   * @throws SlackBusyError when the budget is used up (nothing happened), SlackRefusedError with Slack's reason, UnavailableError
   * when it can be repeated, OutcomeUnknownError when it may have happened and must not be repeated blindly
   */
  call(
    installation: InstallationRef,
    method: string,
    args: SlackArguments,
    options?: CallOptions,
  ): Promise<SlackAnswer>;
  /** Posts a message once per `key`, however often and by whomever it is asked for. See `postOnce`. */
  postOnce(
    installation: InstallationRef,
    key: string,
    message: SlackArguments & { readonly channel: string },
    options?: PostOnceOptions,
  ): Promise<PostedMessage>;
}
