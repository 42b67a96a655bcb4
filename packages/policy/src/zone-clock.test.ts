import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createZoneClock } from './zone-clock.ts';

const zones = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'America/St_Johns',
  'Australia/Lord_Howe',
  'Asia/Kathmandu',
  'Africa/Casablanca',
  'Pacific/Apia',
  'Antarctica/Troll',
];

describe('local time by cached offsets', () => {
  it.each(zones)('is what Intl says for %s, also around changes', (zone) => {
    const clock = createZoneClock(zone);
    const format = new Intl.DateTimeFormat('en-US', {
      timeZone: zone,
      hourCycle: 'h23',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      weekday: 'short',
    });
    const days = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
    const moment = fc.integer({ min: Date.UTC(2010, 0, 1) / 60_000, max: Date.UTC(2036, 0, 1) / 60_000 });
    // Days in March, April, September to November, where most changes are.
    const season = fc
      .tuple(
        fc.integer({ min: 2011, max: 2030 }),
        fc.constantFrom(2, 3, 8, 9, 10),
        fc.integer({ min: 0, max: 44_640 }),
      )
      .map(([year, month, minute]) => Date.UTC(year, month, 1) / 60_000 + minute);
    fc.assert(
      fc.property(fc.oneof(moment, season), (minute) => {
        const part = Object.fromEntries(
          format.formatToParts(minute * 60_000).map(({ type, value }) => [type, value]),
        );
        expect(clock.at(minute * 60_000)).toEqual({
          minute: Number(part.minute),
          hour: Number(part.hour),
          day: Number(part.day),
          month: Number(part.month),
          weekday: days.indexOf(String(part.weekday)),
        });
      }),
      { numRuns: 300 },
    );
  });

  it('is unknown for what is no moment', () => {
    const clock = createZoneClock('UTC');
    for (const at of [Number.NaN, Number.POSITIVE_INFINITY, 8.64e15 + 1])
      expect(clock.at(at)).toBeUndefined();
  });
});
