import type { BenchRow } from '../bench-row.ts';
import { percentile } from './percentile.ts';

/** A percentile of samples in milliseconds, and whether it is at most what it should be. */
export function millisecondRow(
  name: string,
  samples: readonly number[],
  share: number,
  { atMost, note }: { readonly atMost?: number; readonly note?: string } = {},
): BenchRow {
  const value = percentile(samples, share);
  return {
    name,
    value: Math.round(value * 100) / 100,
    unit: 'ms',
    ...(atMost === undefined ? {} : { target: `<= ${atMost} ms`, met: value <= atMost }),
    ...(note === undefined ? {} : { note }),
  };
}
