import type { Clock, ItemStore, JobQueue } from '@hitl/core';
import type { SlackCaller } from '../call/create-slack-caller.ts';
import type { BotTokens } from '../install/create-bot-tokens.ts';
import type { InstallRoutes } from '../install/create-install-routes.ts';
import type { LoginRoutes } from '../login/create-login-routes.ts';
import type { SlackLog } from '../slack-log.ts';

export interface SlackIngressDeps {
  /** Read for every request, so that a secret can be replaced while we run. Several may be active. */
  readonly signingSecrets: () => Promise<readonly string[]>;
  /** What was seen already, and which threads the bot is in. */
  readonly items: ItemStore;
  readonly queue: JobQueue;
  /** For opening modals, the one thing that can't wait for the worker. */
  readonly slack: SlackCaller;
  /** @throws NotFoundError where the app is not installed. */
  readonly botToken: BotTokens;
  /** For the `response_url`s that Slack sends. */
  readonly fetch?: typeof fetch;
  /** Where the app can be installed by OAuth. */
  readonly install?: InstallRoutes;
  /** Where people sign in to see approval requests. */
  readonly login?: LoginRoutes;
  readonly clock: Clock;
  readonly log: SlackLog;
}
