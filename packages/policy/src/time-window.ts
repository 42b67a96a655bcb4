import type { LocalTime } from './zone-clock.ts';

/** Five cron fields as sets; a moment is inside when all five hold (unlike cron, where the two day fields are alternatives). */
export interface TimeWindow {
  readonly minutes: readonly boolean[];
  readonly hours: readonly boolean[];
  readonly days: readonly boolean[];
  readonly months: readonly boolean[];
  readonly weekdays: readonly boolean[];
}

interface FieldShape {
  readonly name: string;
  readonly low: number;
  readonly high: number;
  readonly words?: readonly string[];
}

const fieldShapes = [
  { name: 'minute', low: 0, high: 59 },
  { name: 'hour', low: 0, high: 23 },
  { name: 'day of month', low: 1, high: 31 },
  {
    name: 'month',
    low: 1,
    high: 12,
    words: ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'],
  },
  { name: 'day of week', low: 0, high: 7, words: ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] },
] as const satisfies readonly FieldShape[];

/** Parses `minute hour day-of-month month day-of-week`. Throws a plain `Error` that says which field is wrong. */
export function parseTimeWindow(text: string): TimeWindow {
  const fields = text.trim().split(/\s+/);
  if (fields.length !== 5) {
    throw new Error(
      `"${text}" has ${fields.length} fields; write five: minute hour day-of-month month day-of-week, for example "* 9-16 * * mon-fri"`,
    );
  }
  const [minutes, hours, days, months, weekdays] = fieldShapes.map((shape, i) =>
    parseField(fields[i] ?? '', shape),
  );
  // Cron counts Sunday as 0 and as 7.
  const week = weekdays ?? [];
  week[0] = week[0] === true || week[7] === true;
  return {
    minutes: minutes ?? [],
    hours: hours ?? [],
    days: days ?? [],
    months: months ?? [],
    weekdays: week,
  };
}

export function isInside(window: TimeWindow, at: LocalTime): boolean {
  return (
    window.hours[at.hour] === true &&
    window.weekdays[at.weekday] === true &&
    window.minutes[at.minute] === true &&
    window.days[at.day] === true &&
    window.months[at.month] === true
  );
}

/** False for dates that no calendar has, such as 30 February. */
export function canOccur(window: TimeWindow): boolean {
  const longest = [0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  return window.months.some(
    (is, month) => is && window.days.some((isDay, day) => isDay && day <= (longest[month] ?? 0)),
  );
}

function parseField(text: string, shape: FieldShape): boolean[] {
  const set = Array.from({ length: shape.high + 1 }, () => false);
  for (const part of text.split(',')) {
    const match = /^(\*|([a-z0-9]+)(?:-([a-z0-9]+))?)(?:\/(\d+))?$/i.exec(part);
    if (match === null) throw fieldError(text, shape, `"${part}" is neither a number, a range, * nor a step`);
    const [, whole, from, to, by] = match;
    const low = whole === '*' ? shape.low : readNumber(from ?? '', text, shape);
    const end = whole === '*' || (to === undefined && by !== undefined) ? shape.high : low;
    const high = to === undefined ? end : readNumber(to, text, shape);
    const step = by === undefined ? 1 : Number(by);
    if (step < 1) throw fieldError(text, shape, 'a step is at least 1');
    if (high < low) {
      throw fieldError(
        text,
        shape,
        `the range ${part} runs backwards; write it as ${from}-${shape.high},${shape.low}-${to}`,
      );
    }
    for (let value = low; value <= high; value += step) set[value] = true;
  }
  return set;
}

function readNumber(word: string, text: string, shape: FieldShape): number {
  const named = shape.words?.indexOf(word.toLowerCase()) ?? -1;
  if (named >= 0) return named + shape.low;
  const value = /^\d+$/.test(word) ? Number(word) : Number.NaN;
  if (!(value >= shape.low && value <= shape.high)) {
    throw fieldError(text, shape, `"${word}" is not within ${shape.low}-${shape.high}`);
  }
  return value;
}

function fieldError(text: string, shape: FieldShape, detail: string): Error {
  return new Error(`the ${shape.name} field "${text}" is wrong: ${detail}`);
}
