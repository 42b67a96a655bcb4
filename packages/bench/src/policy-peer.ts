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
   * Turns requests into the form that the engine wants, outside the time that is measured: this favours the peer, ours is
   * measured with everything.
   */
  prepare(request: PolicyRequest, category: ApprovalCategory): () => PeerDecision;
}

/** Arguments of the type that the rules expect; the others count as missing, which comes to the same in this workload. */
export function typedArguments(request: PolicyRequest): Record<string, JsonValue> {
  return Object.fromEntries(
    Object.entries(request.call.arguments).filter(
      ([name, value]) => typeof value === argumentTypes[name as keyof typeof argumentTypes],
    ),
  );
}

const formats = zones.map(
  (timeZone) =>
    new Intl.DateTimeFormat('en-US', { timeZone, hourCycle: 'h23', hour: 'numeric', weekday: 'short' }),
);
const weekdays = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];

/** `hour_0`, `weekday_0` … by the place of the zone in `zones`. */
export function localTimes(nowMs: number): Record<string, number> {
  const out: Record<string, number> = {};
  for (const [i, format] of formats.entries()) {
    for (const { type, value } of format.formatToParts(nowMs)) {
      if (type === 'hour') out[`hour_${i}`] = Number(value);
      if (type === 'weekday') out[`weekday_${i}`] = weekdays.indexOf(value);
    }
  }
  return out;
}
