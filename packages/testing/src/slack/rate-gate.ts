import type { Clock } from '@hitl/core';
import { otherMethodsTier, type RateTier, slackRateTiers } from './rate-tiers.ts';

/** A call that came faster than its tier allows, and was refused for it. */
export interface TierViolation {
  readonly method: string;
  readonly team_id: string;
  readonly channel?: string;
  readonly at_ms: number;
  readonly retry_after_seconds: number;
}

export interface RateGate {
  /** `undefined` lets the call through and counts it; else the whole seconds after which it would be let through. */
  admit(method: string, teamId: string, channel: string | undefined): number | undefined;
  readonly violations: readonly TierViolation[];
}

const windowMs = 60_000;

/** Refused calls don't count against the window: whoever waits as told gets through. `false` lifts every limit. */
export function createRateGate(
  clock: Clock,
  overrides: Readonly<Record<string, RateTier>> | false = {},
): RateGate {
  const admitted = new Map<string, number[]>();
  const violations: TierViolation[] = [];
  const recent = (key: string, now: number): number[] => {
    const times = admitted.get(key) ?? [];
    const firstInside = times.findIndex((at) => at > now - windowMs);
    const inside = firstInside === -1 ? [] : times.slice(firstInside);
    admitted.set(key, inside);
    return inside;
  };
  return {
    violations,
    admit(method, teamId, channel) {
      if (overrides === false) return undefined;
      const now = clock.now();
      const tier = overrides[method] ?? slackRateTiers[method] ?? otherMethodsTier;
      const bounds: (readonly [key: string, limit: number])[] = [[`${method} ${teamId}`, tier.perMinute]];
      if (tier.perChannelPerMinute !== undefined && channel !== undefined)
        bounds.push([`${method} ${teamId} ${channel}`, tier.perChannelPerMinute]);
      const waits = bounds.map(([key, limit]) => {
        const inside = recent(key, now);
        const oldest = inside[inside.length - limit];
        return oldest === undefined ? 0 : oldest + windowMs - now;
      });
      const waitMs = Math.max(...waits);
      if (waitMs <= 0) {
        for (const [key] of bounds) admitted.get(key)?.push(now);
        return undefined;
      }
      const retryAfterSeconds = Math.max(1, Math.ceil(waitMs / 1000));
      violations.push({
        method,
        team_id: teamId,
        ...(channel === undefined ? {} : { channel }),
        at_ms: now,
        retry_after_seconds: retryAfterSeconds,
      });
      return retryAfterSeconds;
    },
  };
}
