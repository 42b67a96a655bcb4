import { z } from 'zod';

/** What a key's item holds: when how much was granted, oldest first, until when everybody pauses, and until when it matters. */
export const rateLogSchema = z.strictObject({
  grants: z.array(z.strictObject({ at_ms: z.number(), cost: z.number() })),
  paused_until_ms: z.number(),
  keep_until_ms: z.number(),
});
export type RateLog = z.infer<typeof rateLogSchema>;

export const emptyRateLog: RateLog = { grants: [], paused_until_ms: 0, keep_until_ms: 0 };

/** A window is counted in this many parts, which bounds the log's length. */
const partsPerWindow = 60;

/**
 * The log with one more grant, or how long to wait for it. Exact but for the width of a part, always on the safe side: a grant
 * counts from the end of its part, and no clock's time runs back behind what another wrote.
 */
export function grantFrom(
  log: RateLog,
  request: {
    readonly nowMs: number;
    readonly windowMs: number;
    readonly limit: number;
    readonly cost: number;
  },
): { readonly log: RateLog } | { readonly retryAfterMs: number } {
  const { nowMs, windowMs, limit, cost } = request;
  const live = log.grants.filter(({ at_ms }) => at_ms > nowMs - windowMs);
  const pauseMs = Math.max(0, log.paused_until_ms - nowMs);
  let used = live.reduce((sum, grant) => sum + grant.cost, 0);
  let freeAtMs = nowMs;
  for (const grant of live) {
    if (used + cost <= limit) break;
    used -= grant.cost;
    freeAtMs = grant.at_ms + windowMs;
  }
  const retryAfterMs = Math.max(freeAtMs - nowMs, pauseMs);
  if (retryAfterMs > 0) return { retryAfterMs };

  const partMs = Math.max(1, Math.floor(windowMs / partsPerWindow));
  const last = live.at(-1);
  const atMs = Math.max(Math.ceil(nowMs / partMs) * partMs, last?.at_ms ?? 0);
  const grants =
    last?.at_ms === atMs
      ? [...live.slice(0, -1), { at_ms: atMs, cost: last.cost + cost }]
      : [...live, { at_ms: atMs, cost }];
  return { log: { ...log, grants, keep_until_ms: Math.max(log.keep_until_ms, atMs + windowMs) } };
}
