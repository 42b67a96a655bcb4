import { type Clock, NotFoundError, systemClock } from '@hitl/core';
import { type Installation, type InstallationRef, installationIdOf } from './installation.ts';
import type { InstallationStore } from './installation-store.ts';

export interface BotTokensOptions {
  readonly installations: InstallationStore;
  /** For a workspace that is not installed through us: the one token of an app that was installed by hand. */
  readonly fallbackToken: () => Promise<string | undefined>;
  /** Renews what is near its end; see `createTokenRotation`. Without it a token is used as it is. */
  readonly renewed?: (id: string, installation: Installation) => Promise<Installation>;
  /** How long an installation is kept in memory; default one minute. */
  readonly cacheMs?: number;
  readonly clock?: Clock;
}

/** The bot token of an installation. `refused` is one that Slack takes no more: it is not given from memory. */
export type BotTokens = (ref: InstallationRef, refused?: string) => Promise<string>;

interface Kept {
  readonly token: Promise<string>;
  readonly untilMs: number;
  value?: string;
}

/** Callers at the same time share one look-up; failures are not kept. */
export function createBotTokens(options: BotTokensOptions): BotTokens {
  const { installations, fallbackToken, renewed, cacheMs = 60_000, clock = systemClock } = options;
  const cached = new Map<string, Kept>();

  async function find(id: string): Promise<string> {
    const installation = await installations.get(id);
    if (installation !== undefined)
      return (renewed === undefined ? installation : await renewed(id, installation)).bot_token;
    const fallback = await fallbackToken();
    if (fallback === undefined) throw new NotFoundError(`the Slack app is not installed in ${id}`);
    return fallback;
  }

  return (ref, refused) => {
    const id = installationIdOf(ref);
    if (id === undefined) return Promise.reject(new NotFoundError('no Slack workspace is named'));
    const kept = cached.get(id);
    const isRefused = refused !== undefined && kept?.value === refused;
    if (kept !== undefined && kept.untilMs > clock.now() && !isRefused) return kept.token;
    const entry: Kept = { token: find(id), untilMs: clock.now() + cacheMs };
    cached.set(id, entry);
    entry.token.then(
      (token) => {
        entry.value = token;
      },
      () => {
        if (cached.get(id) === entry) cached.delete(id);
      },
    );
    return entry.token;
  };
}
