/** Wall-clock fields in some zone. `month` and `day` count from 1, `weekday` from 0 (Sunday). */
export interface LocalTime {
  readonly minute: number;
  readonly hour: number;
  readonly day: number;
  readonly month: number;
  readonly weekday: number;
}

export interface ZoneClock {
  readonly zone: string;
  /** `undefined` when `atMs` is no moment. */
  at(atMs: number): LocalTime | undefined;
}

const dayMs = 86_400_000;
/** Zones change their offset at full quarters of an hour of UTC, so an offset holds within one. */
const quarterMs = 900_000;
const capacity = 4_000;

export function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

/** Asking Intl costs microseconds, so offsets are kept: per UTC day, and per quarter of an hour on days with a change. */
export function createZoneClock(zone: string): ZoneClock {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
    era: 'short',
  });
  const byDay = new Map<number, number | 'changes'>();
  const byQuarter = new Map<number, number>();
  let lastMinute = Number.NaN;
  let last: LocalTime | undefined;

  function askOffsetMs(atMs: number): number {
    const part: Record<string, string> = {};
    for (const { type, value } of format.formatToParts(atMs)) part[type] = value;
    const year = part.era === 'BC' ? 1 - Number(part.year) : Number(part.year);
    const local = Date.UTC(
      year,
      Number(part.month) - 1,
      Number(part.day),
      Number(part.hour),
      Number(part.minute),
      Number(part.second),
    );
    return local - Math.floor(atMs / 1000) * 1000;
  }

  function offsetMs(atMs: number): number {
    const day = Math.floor(atMs / dayMs);
    let known = byDay.get(day);
    if (known === undefined) {
      const start = askOffsetMs(day * dayMs);
      known = start === askOffsetMs((day + 1) * dayMs) ? start : 'changes';
      if (byDay.size >= capacity) byDay.clear();
      byDay.set(day, known);
    }
    if (known !== 'changes') return known;
    const quarter = Math.floor(atMs / quarterMs);
    let offset = byQuarter.get(quarter);
    if (offset === undefined) {
      offset = askOffsetMs(quarter * quarterMs);
      if (byQuarter.size >= capacity) byQuarter.clear();
      byQuarter.set(quarter, offset);
    }
    return offset;
  }

  return {
    zone,
    at(atMs) {
      // The range of a Date; outside it there is no calendar.
      if (!(Math.abs(atMs) <= 8.64e15 - 2 * dayMs)) return undefined;
      const minute = Math.floor(atMs / 60_000);
      if (minute === lastMinute) return last;
      const local = new Date(atMs + offsetMs(atMs));
      last = {
        minute: local.getUTCMinutes(),
        hour: local.getUTCHours(),
        day: local.getUTCDate(),
        month: local.getUTCMonth() + 1,
        weekday: local.getUTCDay(),
      };
      lastMinute = minute;
      return last;
    },
  };
}
