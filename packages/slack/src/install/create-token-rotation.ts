import type { Lease, LeaseHold } from '@hitl/coordination';
import { type Clock, systemClock, UnavailableError } from '@hitl/core';
import type { SlackCaller } from '../call/create-slack-caller.ts';
import { SlackRefusedError } from '../call/slack-refused-error.ts';
import type { SlackLog } from '../slack-log.ts';
import { slackPaths } from '../slack-paths.ts';
import { parseAccessAnswer, tokensOf } from './access-answer.ts';
import type { Installation } from './installation.ts';
import type { InstallationStore } from './installation-store.ts';
import type { OauthClient } from './oauth-client.ts';

export interface TokenRotationOptions {
  readonly oauthClient: () => Promise<OauthClient | undefined>;
  /** Must read what was written last: a refresh token works once. */
  readonly installations: InstallationStore;
  readonly lease: Lease;
  readonly slack: SlackCaller;
  readonly clock?: Clock;
  /** How long before its end a token is renewed; default two of its twelve hours. */
  readonly marginMs?: number;
  /** For Slack's answer; default 20,000. One that is not waited for may have taken the refresh token with it. */
  readonly timeoutMs?: number;
  readonly log: Pick<SlackLog, 'warn' | 'error'>;
  /** Slack takes the refresh token no more: nothing but another installation helps. */
  readonly onLost?: () => void;
  /** Waits before writing the new pair is tried again. */
  readonly wait?: (ms: number) => Promise<void>;
}

/** Of the lease, for writing what Slack answered. */
const writingMs = 40_000;
/** Slack's words for a refresh token that was used or revoked. */
const lostForGood = new Set(['invalid_refresh_token', 'token_revoked']);
const writeDelaysMs: readonly number[] = [100, 400, 1600];

/**
 * Renews an installation's token where it rotates and its end is near. One at a time, and the new pair is written before it is
 * used: the old refresh token is void from the moment that Slack has answered.
 * @throws UnavailableError when the token is over and can't be renewed now
 */
export function createTokenRotation(
  options: TokenRotationOptions,
): (id: string, installation: Installation) => Promise<Installation> {
  const { installations, lease, slack, log, clock = systemClock } = options;
  const { marginMs = 2 * 60 * 60 * 1000, timeoutMs = 20_000 } = options;
  const wait = options.wait ?? ((ms) => new Promise((resolve) => setTimeout(resolve, ms)));
  const endsWithin = (installation: Installation, ms: number): boolean =>
    installation.refresh_token !== undefined &&
    installation.expires_at !== undefined &&
    Date.parse(installation.expires_at) - clock.now() <= ms;

  async function renew(
    id: string,
    refreshToken: string,
    installation: Installation,
    hold: LeaseHold,
  ): Promise<Installation> {
    const client = await options.oauthClient();
    if (client === undefined)
      throw new UnavailableError('a Slack token can only be renewed with the client id and client secret');
    const { clientId, clientSecret } = client;
    // From here on its whole time is needed: whoever came in between would use the refresh token a second time.
    if (!(await hold.renew())) throw new UnavailableError('the Slack token is being renewed by another');
    const answer = parseAccessAnswer(
      await slack({
        method: 'oauth.v2.access',
        timeoutMs,
        arguments: {
          grant_type: 'refresh_token',
          client_id: clientId,
          client_secret: clientSecret,
          refresh_token: refreshToken,
        },
      }),
    );
    const next = { ...installation, ...tokensOf(answer, clock.now()) };
    for (const delayMs of writeDelaysMs) {
      try {
        await installations.put(id, next);
        return next;
      } catch {
        // Lost now means installed anew by hand: worth a few more tries.
        await wait(delayMs);
      }
    }
    await installations.put(id, next);
    return next;
  }

  /** The old refresh token is not tried a second time: Slack promises nothing for one that it may have taken. */
  async function instead(id: string, current: Installation, error: unknown): Promise<Installation> {
    const isLost = error instanceof SlackRefusedError && lostForGood.has(error.slackError);
    if (isLost) {
      // Whoever used it has written the new pair by now, or it was installed anew.
      const newer = await installations.get(id).catch(() => undefined);
      if (newer !== undefined && newer.refresh_token !== current.refresh_token) return newer;
      log.error(`a Slack token can not be renewed any more: install the app again at ${slackPaths.install}`, {
        id,
        error,
      });
      options.onLost?.();
    } else log.warn('a Slack token was not renewed', { id, error });
    if (!endsWithin(current, 60_000)) return current;
    if (isLost)
      throw new UnavailableError(`the Slack token of ${id} is over: install the app again`, { cause: error });
    throw error;
  }

  return async (id, installation) => {
    if (!endsWithin(installation, marginMs)) return installation;
    const hold = await lease.acquire(`slack-installation:${id}`, { ttlMs: timeoutMs + writingMs });
    if (hold === undefined) {
      // Somebody else is at it; until then the present token does.
      if (!endsWithin(installation, 60_000)) return installation;
      throw new UnavailableError('the Slack token is being renewed; try again in a moment');
    }
    try {
      const current = (await installations.get(id)) ?? installation;
      if (current.refresh_token === undefined || !endsWithin(current, marginMs)) return current;
      try {
        return await renew(id, current.refresh_token, current, hold);
      } catch (error) {
        return await instead(id, current, error);
      }
    } finally {
      // What can't be released runs out by itself.
      await hold.release().catch(() => undefined);
    }
  };
}
