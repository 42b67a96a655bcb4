import type { Clock, IdGenerator, ItemStore, JobQueue, SessionStore } from '@hitl/core';
import type { InstallationRef } from './installation-of.ts';
import type { SlackCaller } from './slack-caller.ts';

export interface IngressLog {
  info(message: string, facts?: Readonly<Record<string, unknown>>): void;
  warn(message: string, facts?: Readonly<Record<string, unknown>>): void;
  error(message: string, facts?: Readonly<Record<string, unknown>>): void;
}

export interface SlackIngressDeps {
  /** Read for every request, so that a secret can be replaced while we run. Several may be active. */
  readonly signingSecrets: () => Promise<readonly string[]>;
  /** What was seen already, and what an installation is in the middle of. */
  readonly items: ItemStore;
  readonly queue: JobQueue;
  /** Threads that the bot is in. */
  readonly sessions: SessionStore;
  /** For opening modals, the one thing that can't wait for the worker. */
  readonly slack: SlackCaller;
  /** The bot token of an installation. @throws NotFoundError where the app is not installed. */
  readonly botToken: (installation: InstallationRef) => Promise<string>;
  /** For the `response_url`s that Slack sends. */
  readonly fetch?: typeof fetch;
  readonly clock: Clock;
  readonly ids: IdGenerator;
  readonly log: IngressLog;
}
