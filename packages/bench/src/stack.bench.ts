import type { BenchRow } from './bench-row.ts';
import { openBenchSite } from './stack/bench-stack-site.ts';
import { measureLatency } from './stack/measure-latency.ts';
import { measurePendingList } from './stack/measure-pending-list.ts';
import { measureRace } from './stack/measure-race.ts';

const parts = [
  ['latency', measureLatency],
  ['a thousand racing votes', measureRace],
  ['ten thousand pending requests', measurePendingList],
] as const;

/** The embedded stack over HTTP from request to result: real store, real workflow engine, real tool server, three processes. */
export async function benchStack(): Promise<BenchRow[]> {
  const rows: BenchRow[] = [];
  const site = await openBenchSite();
  try {
    for (const [name, measure] of parts) {
      process.stderr.write(`  ${name} ...\n`);
      rows.push(...(await measure(site)));
    }
  } finally {
    await site.close();
  }
  return rows;
}
