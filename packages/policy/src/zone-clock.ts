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
const minuteMs = 60_000;
const capacity = 4_000;

export function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en-US', { timeZone: zone });
    return true;
  } catch {
    return false;
  }
}

/**
 * Asking Intl costs microseconds, so offsets are kept: per UTC day, and per minute on days with a change. Changes don't keep to
 * round times: St. John's had them at one minute past midnight.
 */
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
  const byMinute = new Map<number, number>();
  const dates = new Map<number, Pick<LocalTime, 'day' | 'month'>>();
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

  function dateOf(localDay: number): Pick<LocalTime, 'day' | 'month'> {
    let date = dates.get(localDay);
    if (date === undefined) {
      const utc = new Date(localDay * dayMs);
      date = { day: utc.getUTCDate(), month: utc.getUTCMonth() + 1 };
      if (dates.size >= capacity) dates.clear();
      dates.set(localDay, date);
    }
    return date;
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
    const minute = Math.floor(atMs / minuteMs);
    let offset = byMinute.get(minute);
    if (offset === undefined) {
      offset = askOffsetMs(minute * minuteMs);
      if (byMinute.size >= capacity) byMinute.clear();
      byMinute.set(minute, offset);
    }
    return offset;
  }

  return {
    zone,
    at(atMs) {
      // The range of a Date; outside it there is no calendar.
      if (!(Math.abs(atMs) <= 8.64e15 - 2 * dayMs)) return undefined;
      const minute = Math.floor(atMs / minuteMs);
      if (minute === lastMinute) return last;
      const localMinute = minute + offsetMs(atMs) / minuteMs;
      const localDay = Math.floor(localMinute / 1440);
      const minuteOfDay = Math.floor(localMinute - localDay * 1440);
      const date = dateOf(localDay);
      last = {
        minute: minuteOfDay % 60,
        hour: Math.floor(minuteOfDay / 60),
        // 1 January 1970 was a Thursday.
        weekday: (((localDay + 4) % 7) + 7) % 7,
        day: date.day,
        month: date.month,
      };
      lastMinute = minute;
      return last;
    },
  };
}
