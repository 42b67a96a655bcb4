import { randomBytes } from 'node:crypto';
import type { Clock } from '@hitl/core';

export interface ResponseTarget {
  readonly team_id: string;
  readonly channel: string;
  readonly user: string;
  /** The message that was clicked, which `replace_original` replaces; none for a command. */
  readonly message_ts?: string;
  readonly thread_ts?: string;
}

export interface ResponseUrls {
  create(baseUrl: string, target: ResponseTarget): string;
  /** Counts one use. */
  take(path: string): ResponseTarget | 'used_url' | 'expired_url' | undefined;
}

const maxUses = 5;
const lifeMs = 30 * 60_000;

export function createResponseUrls(clock: Clock): ResponseUrls {
  const urls = new Map<string, ResponseTarget & { readonly at_ms: number; uses: number }>();
  return {
    create(baseUrl, target) {
      const path = `/actions/${target.team_id}/${randomBytes(12).toString('hex')}`;
      urls.set(path, { ...target, at_ms: clock.now(), uses: 0 });
      return new URL(path, baseUrl).href;
    },
    take(path) {
      const target = urls.get(path);
      if (target === undefined) return undefined;
      if (clock.now() - target.at_ms > lifeMs) return 'expired_url';
      if (target.uses >= maxUses) return 'used_url';
      target.uses += 1;
      return target;
    },
  };
}
