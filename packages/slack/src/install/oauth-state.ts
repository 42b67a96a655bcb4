import { randomBytes, timingSafeEqual } from 'node:crypto';
import { type ItemStore, sha256Hex } from '@hitl/core';

export const stateLifeSeconds = 10 * 60;
/** `__Host-`: only this very host, over TLS, can have set it. Lax, because Slack sends the browser back by a link. */
const cookieName = '__Host-slack-oauth-state';
const cookieAttributes = 'Path=/; Secure; HttpOnly; SameSite=Lax';

/** A new state and the cookie that binds it to this browser. Only its hash is kept. */
export async function startState(items: ItemStore): Promise<{ state: string; cookie: string }> {
  const state = randomBytes(32).toString('base64url');
  await items.put(keyOf(state), {}, { ifVersion: 'absent', ttlSeconds: stateLifeSeconds });
  return { state, cookie: `${cookieName}=${state}; Max-Age=${stateLifeSeconds}; ${cookieAttributes}` };
}

export const clearedCookie = `${cookieName}=; Max-Age=0; ${cookieAttributes}`;

/** Uses the state up: the first caller with the cookie that belongs to it is told `valid`, nobody after. */
export async function takeState(
  items: ItemStore,
  state: string,
  cookieHeader: string | null,
): Promise<'valid' | 'other-browser' | 'used-or-expired'> {
  const cookie = readCookie(cookieHeader);
  if (cookie === undefined || !isSame(cookie, state)) return 'other-browser';
  return (await items.delete(keyOf(state))) ? 'valid' : 'used-or-expired';
}

function readCookie(header: string | null): string | undefined {
  for (const part of (header ?? '').split(';')) {
    const [name, value] = part.trim().split('=', 2);
    if (name === cookieName) return value;
  }
  return undefined;
}

function isSame(a: string, b: string): boolean {
  return timingSafeEqual(Buffer.from(sha256Hex(a)), Buffer.from(sha256Hex(b)));
}

function keyOf(state: string): string {
  return `slack-oauth-state:${sha256Hex(state)}`;
}
