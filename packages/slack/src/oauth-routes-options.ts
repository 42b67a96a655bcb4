import type { Clock, ItemStore } from '@hitl/core';
import type { SlackCaller } from './call/create-slack-caller.ts';
import type { OauthClient } from './install/oauth-client.ts';
import type { SlackLog } from './slack-log.ts';

/** Of a browser's way to Slack and back, whatever it goes there for. */
export interface OauthRoutesOptions {
  /** Read each time; `undefined` where the app is not set up for OAuth. */
  readonly oauthClient: () => Promise<OauthClient | undefined>;
  /** How Slack and browsers reach us, e.g. `https://hitl.example.com`. Default: where the request came to. */
  readonly publicUrl?: string | undefined;
  readonly items: ItemStore;
  readonly slack: SlackCaller;
  readonly clock?: Clock;
  readonly log: SlackLog;
  readonly authorizeUrl?: string;
}

/** A code works once: an answer that comes late must not cost it, and a browser waits longer than a click. */
export const exchangeTimeoutMs = 10_000;

/** Where Slack sends the browser back to: the same on both legs. */
export function redirectUriOf(
  { publicUrl }: Pick<OauthRoutesOptions, 'publicUrl'>,
  path: string,
  request: Request,
): string {
  return new URL(path, publicUrl ?? request.url).href;
}
