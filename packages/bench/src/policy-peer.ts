import type { ApprovalCategory, Decision, JsonValue } from '@hitl/core';
import type { PolicyRequest } from '@hitl/policy';
import { argumentTypes, zones } from './policy-workload.ts';

/** What every engine must answer alike: all matching rules of the effect that decides, in the file's order. */
export interface PeerDecision {
  readonly effect: Decision['effect'];
  readonly rule_ids: readonly string[];
}

/** Another engine taught this workload. */
export interface PolicyPeer {
  readonly name: string;
  readonly loadMs: number;
  /**
   * From the request to the decision, as ours. The category is handed in, since neither peer has a notion of it; ours works it
   * out in its own time.
   */
  decide(request: PolicyRequest, category: ApprovalCategory): PeerDecision;
}

/** Arguments of the type that the rules expect; the others count as missing, which comes to the same in this workload. */
export function typedArguments({ call }: PolicyRequest): Record<string, JsonValue> {
  const out: Record<string, JsonValue> = {};
  for (const name in argumentTypes) {
    const value = call.arguments[name];
    if (value !== undefined && typeof value === argumentTypes[name as keyof typeof argumentTypes])
      out[name] = value;
  }
  return out;
}

const formats = zones.map(
  (timeZone) =>
    new Intl.DateTimeFormat('en-US', { timeZone, hourCycle: 'h23', hour: 'numeric', weekday: 'short' }),
);
const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const known = new Map<number, Readonly<Record<string, number>>>();

/** `hour_0`, `weekday_0` … by the place of the zone in `zones`. Kept by the hour: the peers don't pay for Intl. */
export function localTimes(nowMs: number): Readonly<Record<string, number>> {
  const hour = Math.floor(nowMs / 3_600_000);
  const found = known.get(hour);
  if (found !== undefined) return found;
  const out: Record<string, number> = {};
  for (const [i, format] of formats.entries()) {
    for (const { type, value } of format.formatToParts(nowMs)) {
      if (type === 'hour') out[`hour_${i}`] = Number(value);
      if (type === 'weekday') out[`weekday_${i}`] = weekdays.indexOf(value);
    }
  }
  known.set(hour, out);
  return out;
}
