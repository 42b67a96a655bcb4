import { randomBytes } from 'node:crypto';
import { type ItemStore, sha256Hex } from '@hitl/core';
import { z } from 'zod';
import { createHostCookie } from './host-cookie.ts';

export const pageSessionSeconds = 60 * 60;
export const pageSessionCookie = createHostCookie('__Host-hitl-session');

/** A browser in which somebody proved an account. Who that is, the directory says anew at each request. */
export interface PageSession {
  /** The proven account, as the directory links it: `slack:T1/U2`. */
  readonly link: string;
}

export interface PageSessions {
  /** A new session, whatever the browser had before, and the `Set-Cookie` line for it. */
  begin(session: PageSession, cookieHeader: string | null): Promise<string>;
  find(cookieHeader: string | null): Promise<PageSession | undefined>;
  /** Ends the browser's session, if it has one, for whoever else may hold its cookie too. */
  end(cookieHeader: string | null): Promise<void>;
}

const sessionSchema = z.object({ link: z.string().min(1) });

/** Sessions of people's browsers. Only the hash of a session's secret is kept: who reads the table can take none over. */
export function createPageSessions(items: ItemStore): PageSessions {
  const sessions: PageSessions = {
    async begin({ link }, cookieHeader) {
      await sessions.end(cookieHeader);
      const secret = randomBytes(32).toString('base64url');
      await items.put(keyOf(secret), { link }, { ifVersion: 'absent', ttlSeconds: pageSessionSeconds });
      return pageSessionCookie.set(secret, pageSessionSeconds);
    },
    async find(cookieHeader) {
      const secret = pageSessionCookie.read(cookieHeader);
      if (secret === undefined || secret === '') return undefined;
      const parsed = sessionSchema.safeParse((await items.get(keyOf(secret)))?.value);
      return parsed.success ? parsed.data : undefined;
    },
    async end(cookieHeader) {
      const secret = pageSessionCookie.read(cookieHeader);
      if (secret !== undefined && secret !== '') await items.delete(keyOf(secret));
    },
  };
  return sessions;
}

function keyOf(secret: string): string {
  return `page-session:${sha256Hex(secret)}`;
}
