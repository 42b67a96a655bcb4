import { expect, it } from '@jest/globals';
import { formatTable } from './format-table.ts';

it('shows each number beside its target and says plainly what was not met', () => {
  const table = formatTable([
    { name: 'decision, p50', value: 1.234, unit: 'µs', target: '≤ 2 µs', met: true },
    {
      name: 'verify 100,000 entries',
      value: 2345.6,
      unit: 'ms',
      target: '≤ 2,000 ms',
      met: false,
      note: 'cold',
    },
    { name: 'peer', value: 17, unit: 'times' },
  ]);
  expect(table.split('\n')).toEqual([
    'what                    measured  to reach             note',
    '----------------------  --------  ----------  -------  ----',
    'decision, p50            1.23 µs  ≤ 2 µs      met',
    'verify 100,000 entries  2,346 ms  ≤ 2,000 ms  NOT MET  cold',
    'peer                    17 times',
    '',
    '1 of 2 targets met',
  ]);
});
