import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createHostCookie } from '@hitl/coordination';
import { type ItemStore, type JsonObject, sha256Hex } from '@hitl/core';

export const stateLifeSeconds = 10 * 60;

export type TakenState =
  | { readonly verdict: 'valid'; readonly kept: JsonObject }
  | { readonly verdict: 'other-browser' | 'used-or-expired' };

export interface OauthStates {
  /** A new state and the cookie that binds it to this browser. Only its hash is kept, and beside it what the way back needs. */
  start(kept?: JsonObject): Promise<{ readonly state: string; readonly cookie: string }>;
  /** Uses the state up: the first caller with the cookie that belongs to it is told `valid`, nobody after. */
  take(state: string, cookieHeader: string | null): Promise<TakenState>;
  readonly clearedCookie: string;
}

/** States of one of the ways that lead to Slack and back: each has its own name, so that no state is good for another. */
export function createOauthStates(items: ItemStore, name: `slack-${string}`): OauthStates {
  const cookies = createHostCookie(`__Host-${name}-state`);
  const keyOf = (state: string): string => `${name}-state:${sha256Hex(state)}`;
  return {
    clearedCookie: cookies.cleared,
    async start(kept = {}) {
      const state = randomBytes(32).toString('base64url');
      await items.put(keyOf(state), kept, { ifVersion: 'absent', ttlSeconds: stateLifeSeconds });
      return { state, cookie: cookies.set(state, stateLifeSeconds) };
    },
    async take(state, cookieHeader) {
      const cookie = cookies.read(cookieHeader);
      if (cookie === undefined || !isSame(cookie, state)) return { verdict: 'other-browser' };
      const item = await items.get(keyOf(state));
      const isOurs = item !== undefined && (await items.delete(keyOf(state), item.version));
      return isOurs ? { verdict: 'valid', kept: item.value } : { verdict: 'used-or-expired' };
    },
  };
}

function isSame(a: string, b: string): boolean {
  return timingSafeEqual(Buffer.from(sha256Hex(a)), Buffer.from(sha256Hex(b)));
}
