import { randomBytes } from 'node:crypto';
import type { Clock } from '@hitl/core';

/** Whose a token is: one workspace's, or a whole organisation's. */
export interface SlackInstallation {
  readonly team_id: string | null;
  readonly enterprise_id: string | null;
  readonly scopes: readonly string[];
}

export interface SlackToken extends SlackInstallation {
  readonly token: string;
  readonly refresh_token: string | undefined;
  readonly expires_at_ms: number | undefined;
}

export interface SlackTokens {
  issue(installation: SlackInstallation, rotating: boolean): SlackToken;
  /** The token, or Slack's error code for it. */
  check(
    token: string | undefined,
  ): SlackToken | 'not_authed' | 'invalid_auth' | 'token_revoked' | 'token_expired';
  /** A new pair for a refresh token, which is dead from then on. */
  refresh(refreshToken: string): SlackToken | 'invalid_refresh_token';
  revoke(token: string): boolean;
  revokeAll(matches: (token: SlackToken) => boolean): void;
}

export const tokenLifeSeconds = 43_200;

/** Put together here so that nothing in the source looks like a real token. */
export function mintToken(prefix: string): string {
  return `${['xo', prefix].join('x')}-${randomBytes(24).toString('hex')}`;
}

export function createSlackTokens(clock: Clock): SlackTokens {
  const tokens = new Map<string, SlackToken>();
  const revoked = new Set<string>();
  const refreshes = new Map<string, SlackToken>();
  const tokensOf: SlackTokens = {
    issue(installation, rotating) {
      const issued: SlackToken = {
        ...installation,
        token: mintToken(rotating ? 'e.xoxb' : 'b'),
        refresh_token: rotating ? mintToken('e-1') : undefined,
        expires_at_ms: rotating ? clock.now() + tokenLifeSeconds * 1000 : undefined,
      };
      tokens.set(issued.token, issued);
      if (issued.refresh_token !== undefined) refreshes.set(issued.refresh_token, issued);
      return issued;
    },
    check(token) {
      if (token === undefined || token === '') return 'not_authed';
      const found = tokens.get(token);
      if (found === undefined) return 'invalid_auth';
      if (revoked.has(token)) return 'token_revoked';
      if (found.expires_at_ms !== undefined && clock.now() >= found.expires_at_ms) return 'token_expired';
      return found;
    },
    refresh(refreshToken) {
      const old = refreshes.get(refreshToken);
      if (old === undefined || revoked.has(old.token)) return 'invalid_refresh_token';
      refreshes.delete(refreshToken);
      return tokensOf.issue(old, true);
    },
    revoke(token) {
      if (!tokens.has(token) || revoked.has(token)) return false;
      revoked.add(token);
      return true;
    },
    revokeAll(matches) {
      for (const token of tokens.values()) if (matches(token)) revoked.add(token.token);
    },
  };
  return tokensOf;
}
